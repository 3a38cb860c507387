/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A slot of a message page, which the host and the guest share without a lock.
 *
 * Owns: the order in which the host reads and writes it. Knows no VP, and compiles
 * without a kernel too.
 */
#ifndef _HYPERVISOR_HOST_SLOT_H
#define _HYPERVISOR_HOST_SLOT_H

#include <linux/types.h>

struct host_message;

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
 * The guest sees all of the message once it sees the type. It may look at the
 * flag of the message before this one now: either value does.
 * Context: as slot_is_free().
 */
void slot_write(struct host_message *slot, const struct host_message *message);

#endif /* _HYPERVISOR_HOST_SLOT_H */
