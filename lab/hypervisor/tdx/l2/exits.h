/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * SVM's exits, and what VMX would have said.
 */
#ifndef _HYPERVISOR_TDX_L2_EXITS_H
#define _HYPERVISOR_TDX_L2_EXITS_H

#include <linux/types.h>

struct l2_exit;
struct vcpu;

bool exits_handle(struct vcpu *vcpu, struct l2_exit *exit);

#endif /* _HYPERVISOR_TDX_L2_EXITS_H */
