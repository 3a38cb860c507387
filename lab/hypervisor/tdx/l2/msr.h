/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * L2's RDMSR and WRMSR.
 */
#ifndef _HYPERVISOR_TDX_L2_MSR_H
#define _HYPERVISOR_TDX_L2_MSR_H

#include <linux/types.h>

struct l2_exit;
struct vcpu;

void msr_load_permissions(struct vcpu *vcpu);
bool msr_exit(struct vcpu *vcpu, struct l2_exit *exit);
bool msr_tpr_write(struct vcpu *vcpu, struct l2_exit *exit, u8 tpr);

#endif /* _HYPERVISOR_TDX_L2_MSR_H */
