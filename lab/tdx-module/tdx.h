/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The emulated TDX module, as its callers see it.
 */
#ifndef _LAB_TDX_TDX_H
#define _LAB_TDX_TDX_H

struct tdcall_regs;

/**
 * tdx_module_call() - carry out one TDCALL
 * @regs: in and out
 *
 * Context: preemption off; for TDG.VP.ENTER interrupts too.
 */
void tdx_module_call(struct tdcall_regs *regs);

#endif /* _LAB_TDX_TDX_H */
