// SPDX-License-Identifier: GPL-2.0-only
/*
 * Composing messages.
 */
#include <linux/bitops.h>
#include <linux/string.h>
#include <linux/types.h>

#include "host/message.h"

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
