/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Proxied interrupts: those that a VP has not been told of yet, and the messages in slot 0 that
 * tell of them.
 */
#ifndef _HYPERVISOR_HOST_PROXIED_H
#define _HYPERVISOR_HOST_PROXIED_H

#include <linux/types.h>

#include "host/message.h"
#include "l1/lab_host.h"

struct lab_host_post;
struct lab_host_vp;

/* Which vectors wait, what the next message says, and what is counted. Whoever calls
 * these has the VP to itself. */

/**
 * struct waiting - of one VP
 * @vectors:    those that are to be asserted, not in a message yet
 * @duplicates: those of the last message that are to come once more
 * @counts:     what user space is told; @waiting and @slot_full of it are unused
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

/* Telling the VPs. */

/* The interrupt source: that of the intercepts, as on Hyper-V. */
#define SINT_PROXY 0

/**
 * struct host_proxy - where a proxied interrupt goes
 * @vps:       bit n is VP n; not empty
 * @vector:    VTL0's
 * @multicast: to all VPs of @vps; else to one of them
 */
struct host_proxy {
	u32 vps;
	u8 vector;
	bool multicast;
};

/**
 * proxied_interrupt() - let VPs know of an interrupt
 * @proxy: which, and who.
 *
 * VPs that take no messages are left out; if none does, the first of them gets it when it
 * does again.
 * Context: any CPU.
 */
void proxied_interrupt(const struct host_proxy *proxy);

/**
 * proxied_end_of_message() - a VP has written its EOM register
 * @vp: on this CPU.
 */
void proxied_end_of_message(u32 vp);

/**
 * proxied_resume() - a VP may take messages again
 * @vp: on this CPU.
 *
 * If it does, it hears of a message that it left behind, and of what came meanwhile.
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
 * @asked: which VP, what message, and whether it is to hear of it; any values.
 *
 * Return: 0, or -EINVAL: no such VP, or a value out of range.
 */
int proxied_post(const struct lab_host_post *asked);

#endif /* _HYPERVISOR_HOST_PROXIED_H */
