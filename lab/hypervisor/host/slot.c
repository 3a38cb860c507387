// SPDX-License-Identifier: GPL-2.0-only
/*
 * A slot of a message page.
 *
 * The slot is shared with the guest, which may be on another CPU, or hostile
 * itself. The host writes a message only into an empty slot: all but the type,
 * then the type. The guest takes it, empties the slot, and looks at the pending
 * flag:
 *
 *	host, the slot is full			guest
 *	sets the flag				clears the type
 *	full barrier				full barrier
 *	looks at the type again			looks at the flag
 *
 * so that one of them sees the other: either the guest writes its EOM register
 * and the host delivers what waits, or the host finds the slot empty and does
 * so at once.
 */
#include <linux/compiler.h>
#include <linux/string.h>

#include <asm/barrier.h>

#include "host/message.h"
#include "host/slot.h"

bool slot_is_free(struct host_message *slot)
{
	/* Pairs with the guest's clearing of the type: it has read the message. */
	if (smp_load_acquire(&slot->type) == MESSAGE_NONE)
		return true;

	WRITE_ONCE(slot->flags, slot->flags | MESSAGE_PENDING);
	/* Pairs with the guest's, between the type and the flag: see the top. */
	smp_mb();
	/* The same pair as the first look. */
	return smp_load_acquire(&slot->type) == MESSAGE_NONE;
}

void slot_write(struct host_message *slot, const struct host_message *message)
{
	WRITE_ONCE(slot->flags, message->flags);
	slot->payload_size = message->payload_size;
	slot->reserved = message->reserved;
	slot->sender = message->sender;
	memcpy(slot->payload, message->payload, sizeof(slot->payload));
	/* Pairs with the guest's look at the type. */
	smp_store_release(&slot->type, message->type);
}
