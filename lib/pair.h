/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * (VP, vector) pairs that interrupts may come to, and the VMM's filter for each:
 * opened before the first of this context's routes leads there, closed when none
 * does any more. Where messages of the host may still be on their way to, it stays
 * open for a while: an edge that meets a closed filter is lost. Knows nothing of
 * routes.
 */
#ifndef VTLIRQ_PAIR_H
#define VTLIRQ_PAIR_H

#include <pthread.h>
#include <stdbool.h>

#include "target.h"

#define PAIR_BUCKETS	1024
/*
 * How long a filter stays open after a proxied way has gone: longer than a message
 * of the host can be on its way, in a slot that its CPU has not looked at yet, or
 * in the host's queue behind it.
 */
#define PAIR_LINGER_MS	10000

struct pair;

/**
 * struct pairs - all pairs that are held
 * @lock:    for moments; protects @buckets, the queue, each pair's count of users
 * @allow:   the VMM's, or NULL
 * @forbid:  the VMM's, or NULL
 * @context: for both
 * @buckets: by VP and vector
 * @queue, @queue_end: those that linger, the one that is due first at the head
 */
struct pairs {
	pthread_mutex_t lock;
	int (*allow)(void *context, uint32_t vp, uint32_t vector);
	void (*forbid)(void *context, uint32_t vp, uint32_t vector);
	void *context;
	struct pair *buckets[PAIR_BUCKETS];
	struct pair *queue;
	struct pair **queue_end;
};

void pairs_init(struct pairs *pairs, const struct vtlirq_config *config);
void pairs_destroy(struct pairs *pairs);

/**
 * pairs_hold() - let interrupts come to all VPs of a target, with its vector
 * @pairs: all
 * @target:   which
 *
 * Calls @allow for pairs that nobody holds, with none but the pair's lock held: a
 * thread that wants the same pair waits until it is open.
 *
 * Return: 0; -ENOMEM; or what @allow gave. Nothing is held then.
 */
int pairs_hold(struct pairs *pairs, const struct target *target);

/**
 * pairs_release() - undo pairs_hold()
 * @pairs:   all
 * @target:     which
 * @proxied: the host may have messages for them on their way
 */
void pairs_release(struct pairs *pairs, const struct target *target, bool proxied);

/**
 * pairs_expire() - close the filters that have lingered long enough
 * @pairs: all
 *
 * Also done by each pairs_hold(). May call @forbid, with the pair's lock held.
 */
void pairs_expire(struct pairs *pairs);

#endif /* VTLIRQ_PAIR_H */
