// SPDX-License-Identifier: GPL-2.0-only
/*
 * Composing messages, and writing them into slots.
 *
 * A slot is shared with the guest, which may be on another CPU, or hostile
 * itself. The host writes a message only into an empty slot: all but the type,
 * then the type. The guest reads it, empties the slot, and reads the pending
 * flag:
 *
 *	host, the slot is full			guest
 *	sets the flag				clears the type
 *	full barrier				full barrier
 *	reads the type again			reads the flag
 *
 * so that one of them sees the other's write: either the guest writes its EOM register and the
 * host delivers the next message then, or the host finds the slot empty and delivers it
 * immediately.
 */
#include <linux/types.h>

#include "base/base.h"
#include "host/hyperv.h"

/*
 * MESSAGE_PROXY_INTERRUPT's payload, as in ProjectMile/Mile.HyperV, Mile.HyperV.TLFS.h.
 */
struct proxy_payload {
	u8 vtl;
	u8 assert_multiple;
	u16 reserved;
	union {
		u32 vector;
		u32 banks[VECTOR_BANKS];
	};
};

/* Whether there is only one vector; then @single is it. */
static bool find_single(const u32 *banks, u32 *single)
{
	unsigned int bank, found = 0;

	for (bank = 0; bank < VECTOR_BANKS; bank++) {
		if (!banks[bank])
			continue;
		found += hweight32(banks[bank]);
		*single = bank * 32 + __ffs(banks[bank]);
	}
	return found == 1;
}

/**
 * message_compose() - make a message that asks the guest to assert vectors in VTL0
 * @banks:   vector n is bit n % 32 of bank n / 32; at least one.
 * @message: out: all of the message.
 *
 * Return: whether the message has several vectors.
 */
bool message_compose(const u32 *banks, struct host_message *message)
{
	struct proxy_payload payload;
	u32 vector = 0;

	memset(&payload, 0, sizeof(payload));
	if (find_single(banks, &vector)) {
		payload.vector = vector;
	} else {
		payload.assert_multiple = 1;
		memcpy(payload.banks, banks, sizeof(payload.banks));
	}

	memset(message, 0, sizeof(*message));
	message->type = MESSAGE_PROXY_INTERRUPT;
	message->payload_size = sizeof(payload);
	memcpy(message->payload, &payload, sizeof(payload));
	return payload.assert_multiple;
}

bool slot_is_free(struct host_message *slot)
{
	/* Pairs with the guest's clearing of the type: it has read the message. */
	if (__atomic_load_n(&slot->type, __ATOMIC_ACQUIRE) == MESSAGE_NONE)
		return true;

	WRITE_ONCE(slot->flags, slot->flags | MESSAGE_PENDING);
	/* Pairs with the guest's barrier between the type and the flag: see the top. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	/* The same pair as for the first read. */
	return __atomic_load_n(&slot->type, __ATOMIC_ACQUIRE) == MESSAGE_NONE;
}

void slot_write(struct host_message *slot, const struct host_message *message)
{
	WRITE_ONCE(slot->flags, message->flags);
	slot->payload_size = message->payload_size;
	slot->reserved = message->reserved;
	slot->sender = message->sender;
	memcpy(slot->payload, message->payload, sizeof(slot->payload));
	/* Pairs with the guest's read of the type. */
	__atomic_store_n(&slot->type, message->type, __ATOMIC_RELEASE);
}
