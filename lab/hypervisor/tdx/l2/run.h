/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Running L2 until L1 is concerned.
 */
#ifndef _HYPERVISOR_TDX_L2_RUN_H
#define _HYPERVISOR_TDX_L2_RUN_H

struct l2_exit;
struct vcpu;

void l2_run(struct vcpu *vcpu, struct l2_exit *exit);

#endif /* _HYPERVISOR_TDX_L2_RUN_H */
