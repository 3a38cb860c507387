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
 * struct lab_waiting - of one VP
 * @vectors:    those that are to be asserted, not in a message yet
 * @duplicates: those of the last message that are to come once more
 * @counts:     what user space is told; @waiting and @slot_full of it are unused
 */
struct lab_waiting {
	u32 vectors[VECTOR_BANKS];
	u32 duplicates[VECTOR_BANKS];
	struct lab_host_vp counts;
};

bool lab_waiting_add(struct lab_waiting *waiting, u8 vector);
bool lab_waiting_has(const struct lab_waiting *waiting, u8 vector);
bool lab_waiting_any(const struct lab_waiting *waiting);
void lab_waiting_compose(struct lab_waiting *waiting, struct host_message *message);
void lab_waiting_read(const struct lab_waiting *waiting, struct lab_host_vp *state);

#endif /* _HYPERVISOR_HOST_WAITING_H */
