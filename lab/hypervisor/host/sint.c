// SPDX-License-Identifier: GPL-2.0-only
/*
 * The host's VMBus as far as the guest's VMM sees it: messages and events that go to
 * SINT 7 of the guest, and those that the guest sends.
 *
 * Messages go to slot 7 of VP 0, one at a time, as synic.c writes slot 0. An event is
 * a flag in the page of a VP. While SINT 7 is masked on a VP, events are refused, and messages
 * wait or are written without an interrupt: see LAB_HOST_WRITES_MASKED.
 *
 * It compiles in user space too.
 */
#include <linux/errno.h>

#include "base/base.h"
#include "host/host.h"
#include "host/hyperv.h"
#include "host/synic.h"
#include "l1/lab_host.h"

#define FLAGS		2048
#define MESSAGE_VP	0

/* This bit is set in the types of the host's own messages (TLFS, HV_MESSAGE_TYPE). */
#define TYPE_OF_HOST	0x80000000U

/* The input of HvCallPostMessage and of HvCallSignalEvent. */
struct post_input {
	u32 connection;
	u32 reserved;
	u32 type;
	u32 size;
	u8 payload[MESSAGE_PAYLOAD_BYTES];
};

struct signal_input {
	u32 connection;
	u16 flag;
	u16 reserved;
};

/* Protects all below, and the slot. A VP's own lock may be taken inside. */
static struct lock lock;
static struct host_message queue[LAB_HOST_SINT_QUEUE];
static unsigned int queue_first, queue_length;
static struct lab_host_refusal refusal;
static struct lab_host_sint state;

/* The lock is held. Writes the next message if there is one, and the slot is free. */
static void deliver(void)
{
	struct host_message *message = &queue[queue_first], *slot = sint_vp_slot(MESSAGE_VP);

	if (!queue_length || !slot || !sint_is_writable(sint_vp_is_masked(MESSAGE_VP)) ||
	    !slot_is_free(slot))
		return;

	queue_first = (queue_first + 1) % LAB_HOST_SINT_QUEUE;
	queue_length--;
	message->flags = queue_length ? MESSAGE_PENDING : 0;
	slot_write(slot, message);
	sint_vp_interrupt(MESSAGE_VP);
}

/* The lock is held. Uses up one refusal. Return: its status, or 0. */
static u16 refuse(void)
{
	if (!refusal.count)
		return HOST_STATUS_SUCCESS;
	refusal.count--;
	return refusal.status;
}

/**
 * sint_post() - HvCallPostMessage
 * @input: the call's input page
 *
 * Return: one of HOST_STATUS_*.
 */
u16 sint_post(const void *input)
{
	const struct post_input *in = input;
	u16 status;

	if (in->reserved || in->size > sizeof(in->payload) || in->type == MESSAGE_NONE ||
	    in->type & TYPE_OF_HOST)
		return HOST_STATUS_INVALID_PARAMETER;

	lock_take(&lock);
	status = refuse();
	if (!status) {
		state.posts++;
		state.post_connection = in->connection;
		state.post_type = in->type;
		state.post_size = in->size;
		memcpy(state.payload, in->payload, sizeof(state.payload));
	}
	lock_drop(&lock);
	return status;
}

/**
 * sint_signal() - HvCallSignalEvent
 * @input: the call's input page
 *
 * Return: one of HOST_STATUS_*.
 */
u16 sint_signal(const void *input)
{
	const struct signal_input *in = input;
	u16 status;

	if (in->reserved)
		return HOST_STATUS_INVALID_PARAMETER;

	lock_take(&lock);
	status = refuse();
	if (!status) {
		state.signals++;
		state.signal_connection = in->connection;
		state.signal_flag = in->flag;
	}
	lock_drop(&lock);
	return status;
}

/**
 * sint_look() - send waiting messages, if that is possible now
 * @vp: the VP that has written its EOM register, or masked or unmasked SINT 7.
 *
 * After it has masked SINT 7, no interrupt is raised there once this returns.
 *
 * Context: any; the VP's new state is written.
 */
void sint_look(u32 vp)
{
	lock_take(&lock);
	if (vp == MESSAGE_VP)
		deliver();
	lock_drop(&lock);
}

/**
 * sint_send() - send a message to the guest's VMM
 * @message: all of it; any values, but a type that is not 0.
 *
 * It waits while the slot is full, or cannot be written because SINT 7 is masked.
 *
 * Return: 0; -EINVAL: it has no type; -EAGAIN: too many wait.
 */
int sint_send(const struct lab_host_sint_message *message)
{
	int error = 0;
	u32 type;

	static_assert(sizeof(queue[0]) == sizeof(message->message));
	memcpy(&type, message->message, sizeof(type));
	if (type == MESSAGE_NONE)
		return -EINVAL;

	lock_take(&lock);
	if (queue_length == LAB_HOST_SINT_QUEUE) {
		error = -EAGAIN;
	} else {
		memcpy(&queue[(queue_first + queue_length) % LAB_HOST_SINT_QUEUE],
		       message->message, sizeof(queue[0]));
		queue_length++;
		deliver();
	}
	lock_drop(&lock);
	return error;
}

/**
 * sint_event() - signal an event to the guest's VMM
 * @event: any values.
 *
 * A flag that is set already raises no interrupt (TLFS, "Event Flag Delivery").
 *
 * Return: 0; -EINVAL: no such VP or flag; -EAGAIN: SINT 7 is masked there,
 * or the VP has no page for events.
 */
int sint_event(const struct lab_host_event *event)
{
	int was_clear = -EAGAIN;

	if (!sint_vp_is_live(event->vp) || event->flag >= FLAGS)
		return -EINVAL;

	lock_take(&lock);
	if (!sint_vp_is_masked(event->vp))
		was_clear = sint_vp_set_flag(event->vp, event->flag);
	if (was_clear > 0)
		sint_vp_interrupt(event->vp);
	lock_drop(&lock);
	return was_clear < 0 ? was_clear : 0;
}

/**
 * sint_refuse() - refuse messages and events of the guest, a limited number of times
 * @wanted: any values.
 *
 * Return: 0, or -EINVAL: a value out of range.
 */
int sint_refuse(const struct lab_host_refusal *wanted)
{
	if (wanted->status >> 16 || (wanted->count && !wanted->status))
		return -EINVAL;

	lock_take(&lock);
	refusal = *wanted;
	lock_drop(&lock);
	return 0;
}

/**
 * sint_read() - read what the guest has sent, and how much waits for it
 * @now: in: @vp; out: the rest.
 *
 * Return: 0, or -EINVAL: no such VP.
 */
int sint_read(struct lab_host_sint *now)
{
	const struct host_message *slot;
	u32 vp = now->vp;

	if (!sint_vp_exists(vp))
		return -EINVAL;

	lock_take(&lock);
	slot = sint_vp_slot(MESSAGE_VP);
	*now = state;
	now->vp = vp;
	now->masked = sint_vp_is_masked(vp);
	now->waiting = queue_length;
	now->slot_full = slot && READ_ONCE(slot->type) != MESSAGE_NONE;
	lock_drop(&lock);
	return 0;
}
