/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The host's VMBus as far as the guest's VMM sees it: SINT 7.
 */
#ifndef _HYPERVISOR_HOST_SINT_H
#define _HYPERVISOR_HOST_SINT_H

#include <linux/types.h>

struct lab_host_event;
struct lab_host_refusal;
struct lab_host_sint;
struct lab_host_sint_message;

u16 lab_sint_post(const void *input);
u16 lab_sint_signal(const void *input);
void lab_sint_look(u32 vp);

int lab_sint_send(const struct lab_host_sint_message *message);
int lab_sint_event(const struct lab_host_event *event);
int lab_sint_refuse(const struct lab_host_refusal *refusal);
int lab_sint_read(struct lab_host_sint *state);

#endif /* _HYPERVISOR_HOST_SINT_H */
