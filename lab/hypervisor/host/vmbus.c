// SPDX-License-Identifier: GPL-2.0-only
/*
 * VMBus without a device: the handshake, the request for offers, and the end.
 *
 * Owns: the answers to the three messages. They go to the SINT that the contact names, on
 * the VP that it names. All other messages are not VMBus's. Portable.
 */
#include "base/base.h"
#include "host/synic.h"

#define PAYLOAD_MAX        240
#define CHANNEL_MESSAGE    1

/* enum vmbus_channel_message_type */
#define REQUEST_OFFERS     3
#define OFFERS_DELIVERED   4
#define INITIATE_CONTACT   14
#define VERSION_RESPONSE   15
#define UNLOAD             16
#define UNLOAD_RESPONSE    17

/* From this version on, a contact names its SINT, and gets its own connection. */
#define VERSION_5_0        0x00050000
#define VERSION_NEWEST     0x00050003
#define SINT_BEFORE_5_0    2
/* VMBUS_MESSAGE_CONNECTION_ID, _ID_4 and _ID_REDIRECT of drivers/hv/hyperv_vmbus.h. */
#define CONNECTION_BEFORE_5_0 1
#define CONNECTION         4
#define CONNECTION_OF_VTL  0x800074

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

/* The destination of answers: that of the last contact, until it unloads. */
static struct lock vmbus_lock;
static bool connected;
static u32 answer_vp, answer_sint;

static void answer(const void *payload, u8 size)
{
	if (!synic_post(answer_vp, answer_sint, CHANNEL_MESSAGE, payload, size))
		print("hypervisor: VMBus cannot send its message: VP %u, SINT %u\n", answer_vp,
		      answer_sint);
}

/* Return: whether VMBus must answer: SINT 7 belongs to sint.c. */
static bool answer_contact(const void *payload)
{
	struct version_response response = {
		.header = { .type = VERSION_RESPONSE },
		.connection = CONNECTION,
	};
	struct contact contact;
	u32 sint;

	memcpy(&contact, payload, sizeof(contact));
	sint = contact.version >= VERSION_5_0 ? contact.sint : SINT_BEFORE_5_0;
	if (sint == SINT)
		return false;
	response.supported = contact.version <= VERSION_NEWEST;
	answer_vp = contact.vp;
	answer_sint = sint;
	connected = true;
	if (options.trace)
		print("hypervisor: VMBus %x: a contact from VP %u, SINT %u\n", contact.version,
		      answer_vp, answer_sint);
	answer(&response, sizeof(response));
	return true;
}

/* Without a contact there is no answer, as no version was agreed on. */
static void answer_simply(u32 type)
{
	struct message_header header = { .type = type };

	if (connected)
		answer(&header, sizeof(header));
}

static bool is_connection(u32 connection)
{
	return connection == CONNECTION_BEFORE_5_0 || connection == CONNECTION ||
	       connection == CONNECTION_OF_VTL;
}

/* A message of VMBus that is long enough for its type. */
static bool is_of_vmbus(const struct post_input *in, u32 type)
{
	if (in->reserved || in->size > PAYLOAD_MAX || in->type != CHANNEL_MESSAGE ||
	    !is_connection(in->connection))
		return false;
	return in->size >= (type == INITIATE_CONTACT ? sizeof(struct contact) :
						       sizeof(struct message_header));
}

bool vmbus_post(const void *input)
{
	struct message_header header;
	struct post_input in;
	bool known = true;

	memcpy(&in, input, sizeof(in));
	memcpy(&header, in.payload, sizeof(header));
	if (!is_of_vmbus(&in, header.type))
		return false;

	lock_take(&vmbus_lock);
	switch (header.type) {
	case INITIATE_CONTACT:
		known = answer_contact(in.payload);
		break;
	case REQUEST_OFFERS:
		answer_simply(OFFERS_DELIVERED);
		break;
	case UNLOAD:
		answer_simply(UNLOAD_RESPONSE);
		connected = false;
		break;
	default:
		known = false;
	}
	lock_drop(&vmbus_lock);
	return known;
}
