/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * TDG.VP.ENTER.
 */
#ifndef _LAB_TDX_ENTER_H
#define _LAB_TDX_ENTER_H

struct tdcall_regs;
struct vcpu;

void tdx_vp_enter(struct vcpu *vcpu, struct tdcall_regs *regs);

#endif /* _LAB_TDX_ENTER_H */
