// SPDX-License-Identifier: GPL-2.0-only
/*
 * VMBus without a device: the handshake, the request for offers, and the end.
 *
 * Owns: the answers to the three messages. They go to the SINT that the contact names, on
 * the VP that it names.
 */
#include "base/options.h"
#include "base/print.h"
#include "base/string.h"
#include "host/lab.h"
#include "host/synic.h"
#include "host/vmbus.h"
#include "vcpu/l1.h"

#define PAYLOAD_MAX        240
#define CHANNEL_MESSAGE    1

/* enum vmbus_channel_message_type */
#define REQUEST_OFFERS     3
#define OFFERS_DELIVERED   4
#define INITIATE_CONTACT   14
#define VERSION_RESPONSE   15
#define UNLOAD             16
#define UNLOAD_RESPONSE    17

/* From this version on, a contact names its SINT, and gets a connection of its own. */
#define VERSION_5_0        0x00050000
#define VERSION_NEWEST     0x00050003
#define SINT_BEFORE_5_0    2
#define CONNECTION         4

struct post_input {
	u32 connection;
	u32 reserved;
	u32 type;
	u32 size;
	u8 payload[PAYLOAD_MAX];
};

struct message_header {
	u32 type;
	u32 padding;
};

struct contact {
	struct message_header header;
	u32 version;
	u32 vp;
	u8 sint;
	u8 vtl;
	u8 reserved[6];
	u64 pages[2];
};

struct version_response {
	struct message_header header;
	u8 supported;
	u8 state;
	u16 padding;
	u32 connection;
};

/* Where answers go, as of the last contact. One guest's one bus: no lock. */
static u32 answer_vp, answer_sint = SINT_BEFORE_5_0;

static void answer(const void *payload, u8 size)
{
	if (!synic_post(answer_vp, answer_sint, CHANNEL_MESSAGE, payload, size))
		print("hypervisor: no place for what VMBus says: VP %u, SINT %u\n", answer_vp,
		      answer_sint);
}

static void answer_contact(const struct contact *contact)
{
	struct version_response response = {
		.header = { .type = VERSION_RESPONSE },
		.supported = contact->version <= VERSION_NEWEST,
		.connection = CONNECTION,
	};

	answer_vp = contact->vp;
	answer_sint = contact->version >= VERSION_5_0 ? contact->sint : SINT_BEFORE_5_0;
	if (options.trace)
		print("hypervisor: VMBus %x: a contact from VP %u, SINT %u\n", contact->version,
		      answer_vp, answer_sint);
	answer(&response, sizeof(response));
}

static void answer_simply(u32 type)
{
	struct message_header header = { .type = type };

	answer(&header, sizeof(header));
}

u16 vmbus_post(const void *input)
{
	struct post_input in;
	struct contact contact;

	memcpy(&in, input, sizeof(in));
	if (in.reserved || in.size > PAYLOAD_MAX || in.size < sizeof(struct message_header))
		return HOST_STATUS_INVALID_PARAMETER;
	if (in.type != CHANNEL_MESSAGE)
		return HOST_STATUS_SUCCESS;
	memcpy(&contact, in.payload, sizeof(contact));
	switch (contact.header.type) {
	case INITIATE_CONTACT:
		answer_contact(&contact);
		break;
	case REQUEST_OFFERS:
		answer_simply(OFFERS_DELIVERED);
		break;
	case UNLOAD:
		answer_simply(UNLOAD_RESPONSE);
		break;
	}
	return HOST_STATUS_SUCCESS;
}
