/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where the host takes a proxied interrupt of a device: a vector of a CPU that is the
 * host's, and one source's.
 */
#ifndef _HYPERVISOR_HOST_RECEIVER_H
#define _HYPERVISOR_HOST_RECEIVER_H

#include <linux/types.h>

#include "host/proxied.h"

/**
 * struct receiver - one of them
 * @proxy:  who hears of its interrupts
 * @exits:  how many came from this source, with its other receivers; NULL: it was
 *          never used
 * @cpu:    whose vector
 * @vector: which
 *
 * Who hears never changes while it is used: a source that is to go elsewhere gets another
 * receiver. So an interrupt that was on its way goes where the source went when it was
 * raised.
 */
struct receiver {
	struct host_proxy proxy;
	u64 *exits;
	u8 cpu;
	u8 vector;
};

/**
 * receiver_create() - let the host take interrupts for some VPs
 * @proxy: who hears of them.
 * @exits: counts them; stays for good.
 *
 * Rather on a CPU where the message goes, else anywhere.
 * Context: one at a time.
 * Return: the receiver, or NULL: no CPU has a vector left.
 */
struct receiver *receiver_create(const struct host_proxy *proxy, u64 *exits);

/**
 * receiver_destroy() - give its vector back
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
