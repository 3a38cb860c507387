/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A message of the host in a slot of a CPU's SynIC (TLFS, "SynIC Messages").
 *
 * Owns: its layout, and how a slot is given back to the host.
 */
#ifndef _MSHV_VTL_SYNIC_MESSAGE_H
#define _MSHV_VTL_SYNIC_MESSAGE_H

#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/stddef.h>
#include <linux/types.h>

#include <asm/sync_bitops.h>

#include "host.h"

#define MESSAGE_TYPE_NONE	0
#define MESSAGE_TYPE_PROXY	0x8001000fU
#define MESSAGE_FLAG_PENDING	0x01
#define MESSAGE_PAYLOAD_SIZE	240

/**
 * struct synic_message - a slot of the message page; the host's memory
 * @type:     0: the slot is free. Written last by the host.
 * @size:     bytes valid in @payload; the host may say anything.
 * @flags:    bit 0: another message waits for this slot.
 * @reserved: of no meaning.
 * @sender:   of no meaning here.
 * @payload:  of a proxy message: VTL, kind, then one vector or eight banks.
 */
struct synic_message {
	u32 type;
	u8 size;
	u8 flags;
	u16 reserved;
	u64 sender;
	u32 payload[MESSAGE_PAYLOAD_SIZE / sizeof(u32)];
};

static_assert(sizeof(struct synic_message) == 256);
static_assert(offsetof(struct synic_message, flags) == 5);
static_assert(offsetof(struct synic_message, payload) == 16);

/**
 * vtl_message_free() - give a slot back to the host
 * @message: the slot, in the message page of this CPU
 * @type:    what was read from it
 *
 *   this CPU                         the host
 *   type = 0                         pending flag = 1
 *   full barrier (A)                 full barrier
 *   look at the pending flag         look at type
 *
 * One of the two sees the other: either the host finds the slot free, or the
 * flag is seen here and the host is told. (A) is in the compare-and-exchange,
 * which is the one that stays locked on a machine with one CPU: the host runs
 * on others.
 *
 * Context: hardirq, on the CPU of that slot.
 * Return: false if the host has changed the slot meanwhile, which a sane one does
 * not: then it is left as it is until the vector comes again.
 */
static inline bool vtl_message_free(struct synic_message *message, u32 type)
{
	if (sync_cmpxchg(&message->type, type, MESSAGE_TYPE_NONE) != type)
		return false;

	if (READ_ONCE(message->flags) & MESSAGE_FLAG_PENDING)
		vtl_host_synic_end_of_message();
	return true;
}

#endif /* _MSHV_VTL_SYNIC_MESSAGE_H */
