/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Proxied interrupts that a VP has not been told of yet.
 *
 * Owns: which vectors wait, what the next message says, and what is counted. Knows
 * neither slots nor CPUs, and compiles without Linux too. Who calls it keeps others out.
 */
#ifndef _HYPERVISOR_HOST_WAITING_H
#define _HYPERVISOR_HOST_WAITING_H

#include <linux/types.h>

#include "host/message.h"
#include "l1/lab_host.h"

/**
 * struct waiting - of one VP
 * @vectors:    those that are to be asserted, not in a message yet
 * @duplicates: those of the last message that are to come once more
 * @counts:     what user space is told; @waiting and @slot_full of it are unused
 */
struct waiting {
	u32 vectors[VECTOR_BANKS];
	u32 duplicates[VECTOR_BANKS];
	struct lab_host_vp counts;
};

bool waiting_add(struct waiting *waiting, u8 vector);
bool waiting_has(const struct waiting *waiting, u8 vector);
bool waiting_any(const struct waiting *waiting);
void waiting_compose(struct waiting *waiting, struct host_message *message);
void waiting_read(const struct waiting *waiting, struct lab_host_vp *state);

#endif /* _HYPERVISOR_HOST_WAITING_H */
