// SPDX-License-Identifier: GPL-2.0-only
/*
 * Proxied interrupts, which VPs get by messages in slot 0.
 *
 * Owns: which vectors wait, the contents of the next message, when it is written, and the
 * counters. synic.c owns the slot. It compiles in user space too.
 */
#include <linux/errno.h>
#include <linux/types.h>

#include "base/base.h"
#include "host/host.h"
#include "host/hyperv.h"
#include "host/synic.h"
#include "l1/lab_host.h"
#include "vcpu/l1.h"

/**
 * waiting_add() - add an interrupt
 * @waiting: of its target VP.
 * @vector:  of VTL0.
 *
 * Return: whether it was not waiting already.
 */
bool waiting_add(struct waiting *waiting, u8 vector)
{
	waiting->counts.exits++;
	if (waiting_has(waiting, vector)) {
		waiting->counts.merged++;
		return false;
	}
	waiting->vectors[vector / 32] |= 1u << vector % 32;
	return true;
}

/**
 * waiting_has() - whether a vector waits
 * @waiting: of which VP.
 * @vector:  which.
 *
 * Return: whether it does.
 */
bool waiting_has(const struct waiting *waiting, u8 vector)
{
	return waiting->vectors[vector / 32] & 1u << vector % 32;
}

static bool is_any(const u32 *banks)
{
	u32 bank, any = 0;

	for (bank = 0; bank < VECTOR_BANKS; bank++)
		any |= banks[bank];
	return any;
}

/**
 * waiting_any() - whether any vector waits
 * @waiting: of which VP.
 *
 * Return: whether there is.
 */
bool waiting_any(const struct waiting *waiting)
{
	return is_any(waiting->vectors) || is_any(waiting->duplicates);
}

/* Move vectors into the next message. */
static void take_vectors(struct waiting *waiting, u32 *banks)
{
	if (is_any(waiting->duplicates)) {
		memcpy(banks, waiting->duplicates, sizeof(waiting->duplicates));
		memset(waiting->duplicates, 0, sizeof(waiting->duplicates));
		return;
	}
	memcpy(banks, waiting->vectors, sizeof(waiting->vectors));
	memset(waiting->vectors, 0, sizeof(waiting->vectors));
	if (behaviour_duplicates())
		memcpy(waiting->duplicates, banks, sizeof(waiting->duplicates));
}

/**
 * waiting_compose() - make the next message
 * @waiting: at least one vector waits.
 * @message: out: all of the message, which must be written into the slot now.
 */
void waiting_compose(struct waiting *waiting, struct host_message *message)
{
	u32 banks[VECTOR_BANKS];

	take_vectors(waiting, banks);
	if (message_compose(banks, message))
		waiting->counts.multiples++;
	else
		waiting->counts.singles++;
	if (waiting_any(waiting))
		message->flags = MESSAGE_PENDING;
}

/**
 * waiting_read() - read the counters, and the number of waiting vectors
 * @waiting: of which VP.
 * @state:   out: all but @vp and @slot_full.
 */
void waiting_read(const struct waiting *waiting, struct lab_host_vp *state)
{
	u32 bank;

	*state = waiting->counts;
	for (bank = 0; bank < VECTOR_BANKS; bank++)
		state->waiting += hweight32(waiting->vectors[bank]);
}

/**
 * struct vp - the host's side of one VP
 * @lock:    protects @waiting, and the order of messages. The locks of behaviour and
 *           SynIC are taken inside.
 * @waiting: interrupts that are not in a message yet, and counters
 */
static struct vp {
	struct lock lock;
	struct waiting waiting;
} vps[L1_CPUS_MAX];

/* The lock is held. Writes one message if a vector waits and the slot is free. */
static void deliver(u32 number)
{
	struct vp *vp = &vps[number];
	struct host_message message;

	if (!waiting_any(&vp->waiting) || !synic_is_free(number, SINT_PROXY))
		return;
	waiting_compose(&vp->waiting, &message);
	synic_post_raw(number, SINT_PROXY, &message, true);
}

static void wait_for(u32 number, u8 vector)
{
	struct vp *vp = &vps[number];

	lock_take(&vp->lock);
	if (waiting_add(&vp->waiting, vector)) {
		deliver(number);
		vp->waiting.counts.queued += waiting_has(&vp->waiting, vector);
	}
	lock_drop(&vp->lock);
}

void proxied_interrupt(const struct host_proxy *proxy)
{
	u32 vp, told = 0;

	for (vp = 0; vp < l1_count; vp++) {
		if (!(proxy->vps & BIT_ULL(vp)) || !synic_is_live(vp, SINT_PROXY))
			continue;
		wait_for(vp, proxy->vector);
		told++;
		if (!proxy->multicast)
			break;
	}
	if (!told)
		wait_for(__builtin_ctzll(proxy->vps), proxy->vector);
}

void proxied_end_of_message(u32 vp)
{
	lock_take(&vps[vp].lock);
	vps[vp].waiting.counts.eoms++;
	deliver(vp);
	lock_drop(&vps[vp].lock);
}

void proxied_resume(u32 vp)
{
	lock_take(&vps[vp].lock);
	deliver(vp);
	lock_drop(&vps[vp].lock);
}

int proxied_read(struct lab_host_vp *state)
{
	u32 vp = state->vp;

	if (vp >= l1_count || state->reserved)
		return -EINVAL;
	lock_take(&vps[vp].lock);
	waiting_read(&vps[vp].waiting, state);
	state->slot_full = synic_is_full(vp, SINT_PROXY);
	lock_drop(&vps[vp].lock);
	state->vp = vp;
	return 0;
}

int proxied_post(const struct lab_host_post *asked)
{
	if (asked->vp >= l1_count || asked->interrupt > 1)
		return -EINVAL;
	lock_take(&vps[asked->vp].lock);
	synic_post_raw(asked->vp, SINT_PROXY, asked->message, asked->interrupt);
	deliver(asked->vp);
	lock_drop(&vps[asked->vp].lock);
	return 0;
}
