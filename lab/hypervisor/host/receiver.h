/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Receivers: where the host takes the proxied interrupts of one source. Each has a vector of the
 * host on a CPU.
 */
#ifndef _HYPERVISOR_HOST_RECEIVER_H
#define _HYPERVISOR_HOST_RECEIVER_H

#include <linux/types.h>

#include "host/proxied.h"

/**
 * struct receiver - a receiver
 * @proxy:  the target of its interrupts
 * @exits:  the source's counter of interrupts, shared with its other receivers; NULL: it
 *          was never used
 * @cpu:    the CPU
 * @vector: the vector on it
 *
 * The target never changes while it is used: a source with a new target gets a new receiver. So a
 * pending interrupt goes to the target that its source had when it was raised.
 */
struct receiver {
	struct host_proxy proxy;
	u64 *exits;
	u8 cpu;
	u8 vector;
};

/**
 * receiver_create() - let the host take interrupts for some VPs
 * @proxy: their target.
 * @exits: their counter, which is never freed.
 *
 * It prefers a CPU to which the message goes, and otherwise uses any.
 * Context: one caller at a time.
 * Return: the receiver, or NULL: no CPU has a vector left.
 */
struct receiver *receiver_create(const struct host_proxy *proxy, u64 *exits);

/**
 * receiver_destroy() - free a receiver and its vector
 * @receiver: no device sends to it any more; or NULL.
 *
 * Context: as interrupts_release().
 */
void receiver_destroy(struct receiver *receiver);

/**
 * receiver_interrupt() - an interrupt has come to the host
 * @cpu:    where.
 * @vector: one of the host's.
 */
void receiver_interrupt(u32 cpu, u32 vector);

#endif /* _HYPERVISOR_HOST_RECEIVER_H */
