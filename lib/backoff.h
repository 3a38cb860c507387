/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Backoff: which devices the host refused to redirect, and when to ask again.
 *
 * A guest chooses the device ids, so the memory is bounded: the most that a guest can do
 * is to make the library forget a device, and ask the host again too early.
 */
#ifndef VTLIRQ_BACKOFF_H
#define VTLIRQ_BACKOFF_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#define BACKOFF_SETS		256
#define BACKOFF_SET_SIZE	4

/**
 * struct backoff_entry - a device that was refused
 * @until_ms: do not ask before this time; 0: the entry is free
 * @wait_ms:  how long the last wait was
 * @status:   the host's answer
 */
struct backoff_entry {
	uint64_t device_id;
	uint64_t until_ms;
	uint64_t wait_ms;
	uint32_t status;
};

/**
 * struct backoff - the devices that were refused
 * @first_ms: the first wait of a device
 * @seed: random, so that a guest cannot tell which device ids share a set
 */
struct backoff {
	pthread_mutex_t lock;
	uint64_t first_ms;
	uint64_t seed;
	struct backoff_entry entries[BACKOFF_SETS][BACKOFF_SET_SIZE];
};

void backoff_init(struct backoff *backoff, uint32_t first_ms);
void backoff_destroy(struct backoff *backoff);

/**
 * backoff_is_waiting() - whether the host must not be asked for a device yet
 * @backoff:   of the context
 * @device_id: the device
 * @status:    out, if it must not: the host's last answer
 */
bool backoff_is_waiting(struct backoff *backoff, uint64_t device_id, uint32_t *status);

/* Whether the host refused a device, and has not accepted it since. */
bool backoff_was_refused(struct backoff *backoff, uint64_t device_id);
/* The host refused: wait twice as long as the last time. */
void backoff_refused(struct backoff *backoff, uint64_t device_id, uint32_t status);
/* The host accepted: forget the device. */
void backoff_accepted(struct backoff *backoff, uint64_t device_id);

#endif /* VTLIRQ_BACKOFF_H */
