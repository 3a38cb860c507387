/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A message of the host in a slot of a CPU's SynIC (TLFS, "SynIC Messages"). A proxy message
 * has the members that OHCL-Linux-Kernel's mshv_vtl_scan_proxy_interrupts() reads
 * (drivers/hv/mshv_vtl_main.c); their offsets are those of ProjectMile/Mile.HyperV,
 * Mile.HyperV.TLFS.h, since the header that defines them for that kernel was not found.
 *
 * Owns: its layout, and how a slot is freed for the host.
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
 * @type:     0: the slot is free. The host writes it last.
 * @size:     valid bytes in @payload; untrusted.
 * @flags:    bit 0: another message waits for this slot.
 * @reserved: not used.
 * @sender:   not used here.
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
 * vtl_message_free() - free a slot for the next message
 * @message: the slot, in the message page of this CPU
 * @type:    what was read from it
 *
 *   this CPU                         the host
 *   type = 0                         pending flag = 1
 *   full barrier (A)                 full barrier
 *   check the pending flag           check type
 *
 * At least one of the two sees the other's write: either the host finds the slot
 * free, or this CPU sees the flag and tells the host. (A) is in sync_cmpxchg(), which
 * has a lock prefix even if this machine has only one CPU: the host runs on others.
 *
 * Context: interrupts off, on the CPU of that slot.
 * Return: false if the host has changed the slot in the meantime, which it should not
 * do: then the slot is left unchanged until the vector is raised again.
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
