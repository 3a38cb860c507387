/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A message of the host, and the slot of a VP's message page that it goes into.
 *
 * Owns: the layout, how vectors are written into a message, and the order in which the host reads
 * and writes a slot, which it shares with the guest without a lock. Must not know: VPs, and when
 * a message is written. It compiles in user space too.
 */
#ifndef _HYPERVISOR_HOST_MESSAGE_H
#define _HYPERVISOR_HOST_MESSAGE_H

#include <linux/types.h>

#define MESSAGE_NONE		0
/* A device's interrupt that the guest is to relay to its lower VTL. */
#define MESSAGE_PROXY_INTERRUPT	0x8001000fu

/* struct host_message.flags: another waits; the guest is to write its EOM register. */
#define MESSAGE_PENDING		0x01

#define MESSAGE_BYTES		256
#define MESSAGE_PAYLOAD_BYTES	240

#define VECTOR_BANKS		8

/**
 * struct host_message - one slot
 * @type:         MESSAGE_NONE: the slot is empty, and the host may write it. Otherwise it
 *                belongs to the guest, until the guest writes MESSAGE_NONE.
 * @payload_size: how many bytes of @payload are used.
 * @flags:        MESSAGE_PENDING; the host may set it while the slot is the guest's.
 * @reserved:     0.
 * @sender:       0.
 * @payload:      by type.
 */
struct host_message {
	u32 type;
	u8 payload_size;
	u8 flags;
	u16 reserved;
	u64 sender;
	u8 payload[MESSAGE_PAYLOAD_BYTES];
};

bool message_compose(const u32 *banks, struct host_message *message);

/**
 * slot_is_free() - may the slot be written?
 * @slot: any one.
 *
 * Context: one caller at a time for a slot.
 * Return: whether it may; if not, the guest will write its EOM register.
 */
bool slot_is_free(struct host_message *slot);

/**
 * slot_write() - put a message into a slot
 * @slot:    free, unless the host is hostile.
 * @message: all of it.
 *
 * The guest sees all of the message once it sees the type. It may still read the flag of the
 * previous message: either value is correct.
 * Context: as slot_is_free().
 */
void slot_write(struct host_message *slot, const struct host_message *message);

#endif /* _HYPERVISOR_HOST_MESSAGE_H */
