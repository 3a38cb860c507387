/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Proxied interrupts: those that wait for a message, and the messages in slot 0.
 */
#ifndef _HYPERVISOR_HOST_PROXIED_H
#define _HYPERVISOR_HOST_PROXIED_H

#include <linux/types.h>

#include "host/message.h"
#include "l1/lab_host.h"

struct lab_host_post;
struct lab_host_vp;

/* Waiting vectors, the next message, and counters. Only one caller at a time for a VP. */

/**
 * struct waiting - the waiting vectors of one VP
 * @vectors:    vectors to be asserted, not in a message yet
 * @duplicates: vectors of the last message that are to be sent once more
 * @counts:     counters for user space; @waiting and @slot_full of it are unused
 */
struct waiting {
	u32 vectors[VECTOR_BANKS];
	u32 duplicates[VECTOR_BANKS];
	struct lab_host_vp counts;
};

bool waiting_add(struct waiting *waiting, u8 vector);
bool waiting_has(const struct waiting *waiting, u8 vector);
bool waiting_any(const struct waiting *waiting);
void waiting_compose(struct waiting *waiting, struct host_message *message);
void waiting_read(const struct waiting *waiting, struct lab_host_vp *state);

/* Sending to the VPs. */

/* The interrupt source, which is that of intercepts, as on Hyper-V. */
#define SINT_PROXY 0

/**
 * struct host_proxy - where a proxied interrupt goes
 * @vps:       bit n is VP n; not empty
 * @vector:    VTL0's
 * @multicast: to all VPs of @vps; otherwise to one of them
 */
struct host_proxy {
	u64 vps;
	u8 vector;
	bool multicast;
};

/**
 * proxied_interrupt() - send an interrupt to VPs
 * @proxy: the vector and the VPs.
 *
 * VPs that accept no messages are skipped; if none accepts one, the first VP gets it when it does
 * again.
 * Context: any CPU.
 */
void proxied_interrupt(const struct host_proxy *proxy);

/**
 * proxied_end_of_message() - a VP has written its EOM register
 * @vp: on this CPU.
 */
void proxied_end_of_message(u32 vp);

/**
 * proxied_resume() - a VP may accept messages again
 * @vp: on this CPU.
 *
 * If it does, its vector is raised again for a message left in the slot, and waiting vectors are
 * sent.
 */
void proxied_resume(u32 vp);

/**
 * proxied_read() - LAB_HOST_GET_VP
 * @state: in: which VP; any value. Out: the rest.
 *
 * Return: 0, or -EINVAL: no such VP.
 */
int proxied_read(struct lab_host_vp *state);

/**
 * proxied_post() - LAB_HOST_POST: write a message as a hostile host would
 * @asked: the VP, the message, and whether to raise its vector; any values.
 *
 * Return: 0, or -EINVAL: no such VP, or a value out of range.
 */
int proxied_post(const struct lab_host_post *asked);

#endif /* _HYPERVISOR_HOST_PROXIED_H */
