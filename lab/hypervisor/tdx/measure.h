/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a trust domain measures and reports of itself.
 */
#ifndef _HYPERVISOR_TDX_MEASURE_H
#define _HYPERVISOR_TDX_MEASURE_H

#include <linux/types.h>

struct l1_cpu;

/**
 * measure_extend() - TDG.MR.RTMR.EXTEND
 * @l1: of this CPU; RCX: 48 bytes, aligned to 64; RDX: which register.
 *
 * Return: the status, for RAX.
 */
u64 measure_extend(struct l1_cpu *l1);

/**
 * measure_report() - TDG.MR.REPORT
 * @l1: of this CPU; RCX: where the report goes, RDX: what the caller adds, R8: 0.
 *
 * The report has the layout of a real one, and no message authentication code: nobody
 * can take it for one.
 *
 * Return: the status, for RAX.
 */
u64 measure_report(struct l1_cpu *l1);

#endif /* _HYPERVISOR_TDX_MEASURE_H */
