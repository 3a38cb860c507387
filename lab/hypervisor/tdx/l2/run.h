/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Running L2 until an exit is for L1, and the handlers of exits.
 */
#ifndef _HYPERVISOR_TDX_L2_RUN_H
#define _HYPERVISOR_TDX_L2_RUN_H

#include <linux/types.h>

struct l2_exit;
struct vcpu;

void l2_run(struct vcpu *vcpu, struct l2_exit *exit);

bool exits_handle(struct vcpu *vcpu, struct l2_exit *exit);

/* control.c: control and debug registers. */

bool control_exit(struct vcpu *vcpu, struct l2_exit *exit);
void control_debug_exit(struct vcpu *vcpu, struct l2_exit *exit);

/* msr.c: RDMSR and WRMSR. */

void msr_load_permissions(struct vcpu *vcpu);
bool msr_exit(struct vcpu *vcpu, struct l2_exit *exit);
bool msr_tpr_write(struct vcpu *vcpu, struct l2_exit *exit, u8 tpr);

#endif /* _HYPERVISOR_TDX_L2_RUN_H */
