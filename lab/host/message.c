// SPDX-License-Identifier: GPL-2.0-only
/*
 * Composing messages.
 */
#include <linux/string.h>
#include <linux/types.h>

#include "message.h"

/* MESSAGE_PROXY_INTERRUPT's payload. */
struct proxy_payload {
	u8 vtl;
	u8 assert_multiple;
	u16 reserved;
	union {
		u32 vector;
		u32 banks[VECTOR_BANKS];
	};
};

/* Its lowest vector, and whether there is another. */
static bool find_single(const u32 *banks, u32 *single)
{
	u32 vector, found = 0;

	for (vector = 0; vector < VECTOR_BANKS * 32; vector++) {
		if (!(banks[vector / 32] & (1u << vector % 32)))
			continue;
		if (!found++)
			*single = vector;
	}
	return found == 1;
}

/**
 * message_compose() - tell the guest to assert some vectors in VTL0
 * @banks:   vector n is bit n % 32 of bank n / 32; at least one.
 * @message: out: all of the message.
 *
 * Return: whether it is one with several vectors.
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
