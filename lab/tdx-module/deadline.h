/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The TSC deadline of L2.
 */
#ifndef _LAB_TDX_DEADLINE_H
#define _LAB_TDX_DEADLINE_H

#include <linux/types.h>

struct vcpu;

void deadline_init(struct vcpu *vcpu);
void deadline_arm(struct vcpu *vcpu);
void deadline_disarm(struct vcpu *vcpu);
bool deadline_is_due(const struct vcpu *vcpu);

#endif /* _LAB_TDX_DEADLINE_H */
