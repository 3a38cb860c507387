/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * TDG.VP.ENTER.
 */
#ifndef _HYPERVISOR_TDX_L2_ENTER_H
#define _HYPERVISOR_TDX_L2_ENTER_H

struct tdcall_regs;
struct vcpu;

void tdx_vp_enter(struct vcpu *vcpu, struct tdcall_regs *regs);

#endif /* _HYPERVISOR_TDX_L2_ENTER_H */
