// SPDX-License-Identifier: GPL-2.0-only
/*
 * Proxied interrupts: what VPs are told of, by messages in slot 0.
 *
 * Owns: when a message is written. What waits and what is counted is waiting.c,
 * the slot is synic.c's.
 */
#include <linux/errno.h>

#include "base/lock.h"
#include "host/message.h"
#include "host/waiting.h"
#include "l1/lab_host.h"
#include "host/proxied.h"
#include "host/synic.h"
#include "vcpu/l1.h"

/**
 * struct vp - the host's side of one VP
 * @lock:    protects @waiting, and the order of messages. The locks of behaviour and
 *           SynIC are taken inside.
 * @waiting: interrupts that are not in a message yet, and counts
 */
static struct vp {
	struct lock lock;
	struct waiting waiting;
} vps[L1_CPUS_MAX];

/* Lock held. Writes one message if something waits, and the slot is free. */
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
		if (!(proxy->vps & BIT(vp)) || !synic_is_live(vp, SINT_PROXY))
			continue;
		wait_for(vp, proxy->vector);
		told++;
		if (!proxy->multicast)
			break;
	}
	if (!told)
		wait_for(__builtin_ctz(proxy->vps), proxy->vector);
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
	if (synic_is_live(vp, SINT_PROXY) && synic_is_full(vp, SINT_PROXY))
		synic_interrupt(vp, SINT_PROXY);
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
