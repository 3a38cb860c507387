/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is delivered through L2's IDT, and when.
 */
#ifndef _LAB_TDX_EVENT_H
#define _LAB_TDX_EVENT_H

#include <linux/types.h>

struct l2_exit;
struct vcpu;

#define VECTOR_UD 6
#define VECTOR_GP 13

void event_take_from_entry(struct vcpu *vcpu);
bool event_prepare(struct vcpu *vcpu, struct l2_exit *exit);
void event_after(struct vcpu *vcpu);
void event_inject_exception(struct vcpu *vcpu, u8 vector, bool has_error);
void event_again(struct vcpu *vcpu);

#endif /* _LAB_TDX_EVENT_H */
