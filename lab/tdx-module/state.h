/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * L2's state: its fields, and SVM's control block.
 */
#ifndef _LAB_TDX_STATE_H
#define _LAB_TDX_STATE_H

#include <linux/types.h>

struct vcpu;

void vcpu_reset(struct vcpu *vcpu, unsigned int cpu);
void state_load(struct vcpu *vcpu);
void state_save(struct vcpu *vcpu);
bool state_is_valid(const struct vcpu *vcpu);
void state_skip(struct vcpu *vcpu, u32 length);

#endif /* _LAB_TDX_STATE_H */
