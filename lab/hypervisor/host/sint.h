/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The host's VMBus: for the kernel of L1, which finds no device on it, and for the guest's VMM,
 * which uses SINT 7.
 */
#ifndef _HYPERVISOR_HOST_SINT_H
#define _HYPERVISOR_HOST_SINT_H

#include <linux/types.h>

struct lab_host_event;
struct lab_host_refusal;
struct lab_host_sint;
struct lab_host_sint_message;

u16 sint_post(const void *input);
u16 sint_signal(const void *input);
void sint_look(u32 vp);

int sint_send(const struct lab_host_sint_message *message);
int sint_event(const struct lab_host_event *event);
int sint_refuse(const struct lab_host_refusal *refusal);
int sint_read(struct lab_host_sint *state);

/**
 * vmbus_post() - HvCallPostMessage
 * @input: the call's input page.
 *
 * Source: the channel messages of Linux's include/linux/hyperv.h.
 * Context: any CPU.
 * Return: whether it was for VMBus; it has been answered then, if it has an answer.
 */
bool vmbus_post(const void *input);

#endif /* _HYPERVISOR_HOST_SINT_H */
