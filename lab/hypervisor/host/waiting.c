// SPDX-License-Identifier: GPL-2.0-only
/*
 * Proxied interrupts that a VP has not been told of yet.
 */
#include <linux/bitops.h>
#include <linux/string.h>

#include "host/behaviour.h"
#include "host/waiting.h"

/**
 * waiting_add() - an interrupt has come
 * @waiting: of the VP that it is for.
 * @vector:  VTL0's.
 *
 * Return: whether it waits now, and did not already.
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
 * waiting_has() - does a vector wait
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
 * waiting_any() - is there something to be told
 * @waiting: of which VP.
 *
 * Return: whether there is.
 */
bool waiting_any(const struct waiting *waiting)
{
	return is_any(waiting->vectors) || is_any(waiting->duplicates);
}

/* What goes into the next message; it leaves where it was. */
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
 * @waiting: there is something to be told.
 * @message: out: all of it, which goes into the slot now.
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
 * waiting_read() - what was counted, and how many vectors wait
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
