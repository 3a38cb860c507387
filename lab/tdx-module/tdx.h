/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The emulated TDX module, as its callers see it.
 */
#ifndef _LAB_TDX_TDX_H
#define _LAB_TDX_TDX_H

#include <linux/types.h>

struct tdcall_regs;

/**
 * tdx_module_call() - carry out one TDCALL
 * @regs: in and out
 *
 * Context: preemption off; for TDG.VP.ENTER interrupts too.
 */
void tdx_module_call(struct tdcall_regs *regs);

/**
 * tdx_module_rdmsr() - RDMSR of L1 that the TDX module answers
 * @msr:   which
 * @value: out
 *
 * Context: any.
 * Return: 0, or -EIO: there is none.
 */
int tdx_module_rdmsr(u32 msr, u64 *value);

#endif /* _LAB_TDX_TDX_H */
