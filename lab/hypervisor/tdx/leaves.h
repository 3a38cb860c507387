/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The leaves of TDCALL that are not L2's.
 */
#ifndef _HYPERVISOR_TDX_LEAVES_H
#define _HYPERVISOR_TDX_LEAVES_H

#include <linux/types.h>

struct l1_cpu;

/**
 * leaves_handle() - L1 executes TDCALL
 * @l1:     of this CPU, at CPL 0 in 64-bit mode.
 * @length: of the instruction.
 *
 * Source: Intel TDX Module ABI Specification, "Guest-Side (TDCALL) Interface Functions".
 */
void leaves_handle(struct l1_cpu *l1, u32 length);

/**
 * vmcall_handle() - L1 calls its host
 * @l1: of this CPU.
 *
 * Source: Guest-Host-Communication Interface for Intel TDX, chapter 3.
 * Return: the TDX module's status, for RAX; the host's is in R10.
 */
u64 vmcall_handle(struct l1_cpu *l1);

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
 * The report has the layout of a real one, but no message authentication code, so it cannot be
 * mistaken for a real one.
 *
 * Return: the status, for RAX.
 */
u64 measure_report(struct l1_cpu *l1);

#endif /* _HYPERVISOR_TDX_LEAVES_H */
