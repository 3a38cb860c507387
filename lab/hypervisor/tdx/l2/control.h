/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * L2's accesses to control and debug registers.
 */
#ifndef _HYPERVISOR_TDX_L2_CONTROL_H
#define _HYPERVISOR_TDX_L2_CONTROL_H

#include <linux/types.h>

struct l2_exit;
struct vcpu;

bool control_exit(struct vcpu *vcpu, struct l2_exit *exit);
void control_debug_exit(struct vcpu *vcpu, struct l2_exit *exit);

#endif /* _HYPERVISOR_TDX_L2_CONTROL_H */
