/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * TDG.VP.ENTER.
 */
#ifndef _HYPERVISOR_TDX_L2_ENTER_H
#define _HYPERVISOR_TDX_L2_ENTER_H

struct tdcall_regs;
struct l2_cpu;

void tdx_vp_enter(struct l2_cpu *cpu, struct tdcall_regs *regs);

#endif /* _HYPERVISOR_TDX_L2_ENTER_H */
