/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which devices the host refused to redirect, and when to ask again. A guest
 * chooses device ids, so the memory is bounded: the worst that it can do is to
 * have something forgotten. Knows nothing of routes.
 */
#ifndef VTLIRQ_REFUSAL_H
#define VTLIRQ_REFUSAL_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#define REFUSAL_SETS	256
#define REFUSAL_WAYS	4

/**
 * struct refusal - one device
 * @until_ms: not before; 0: the entry is free
 * @wait_ms:  the last wait
 * @status:   the host's answer
 */
struct refusal {
	uint64_t device_id;
	uint64_t until_ms;
	uint64_t wait_ms;
	uint32_t status;
};

/**
 * struct refusals - the memory
 * @seed: so that a guest cannot tell which device ids meet in one set
 */
struct refusals {
	pthread_mutex_t lock;
	uint64_t first_ms;
	uint64_t seed;
	struct refusal entries[REFUSAL_SETS][REFUSAL_WAYS];
};

void refusals_init(struct refusals *refusals, uint32_t first_ms);
void refusals_destroy(struct refusals *refusals);

/**
 * refusals_hold_off() - whether a device is not to be asked for yet
 * @refusals:  the memory
 * @device_id: which
 * @status:    out, if so: the host's last answer
 */
bool refusals_hold_off(struct refusals *refusals, uint64_t device_id, uint32_t *status);

/* Whether a device was refused, and not taken since. */
bool refusals_know(struct refusals *refusals, uint64_t device_id);
/* The host refused: the wait begins, twice as long as the one before. */
void refusals_add(struct refusals *refusals, uint64_t device_id, uint32_t status);
/* The host did not refuse: all is forgotten. */
void refusals_clear(struct refusals *refusals, uint64_t device_id);

#endif /* VTLIRQ_REFUSAL_H */
