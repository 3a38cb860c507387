/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * (VP, vector) pairs that interrupts may come to, and the VMM's filter for each:
 * opened before the first of this context's routes leads there, closed when none
 * does any more. Where messages of the host may still be on their way to, it stays
 * open for a while: an edge that meets a closed filter is lost. Knows nothing of
 * routes.
 */
#ifndef VTLIRQ_FILTER_H
#define VTLIRQ_FILTER_H

#include <pthread.h>
#include <stdbool.h>

#include "target.h"

#define FILTER_BUCKETS	1024
/*
 * How long a filter stays open after a proxied way has gone: longer than a message
 * of the host can be on its way, in a slot that its CPU has not looked at yet, or
 * in the host's queue behind it.
 */
#define FILTER_LINGER_MS	10000

struct filter;

/**
 * struct filters - all filters that are held
 * @lock:    for moments; protects @buckets, the queue, each filter's count of users
 * @allow:   the VMM's, or NULL
 * @forbid:  the VMM's, or NULL
 * @context: for both
 * @buckets: by VP and vector
 * @queue, @queue_end: those that linger, the one that is due first at the head
 */
struct filters {
	pthread_mutex_t lock;
	int (*allow)(void *context, uint32_t vp, uint32_t vector);
	void (*forbid)(void *context, uint32_t vp, uint32_t vector);
	void *context;
	struct filter *buckets[FILTER_BUCKETS];
	struct filter *queue;
	struct filter **queue_end;
};

void filters_init(struct filters *filters, const struct vtlirq_config *config);
void filters_destroy(struct filters *filters);

/**
 * filters_hold() - let interrupts come to all VPs of a target, with its vector
 * @filters: all
 * @target:   which
 *
 * Calls @allow for filters that nobody holds, with none but the filter's lock held: a
 * thread that wants the same filter waits until it is open.
 *
 * Return: 0; -ENOMEM; or what @allow gave. Nothing is held then.
 */
int filters_hold(struct filters *filters, const struct target *target);

/**
 * filters_release() - undo filters_hold()
 * @filters:   all
 * @target:     which
 * @proxied: the host may have messages for them on their way
 */
void filters_release(struct filters *filters, const struct target *target, bool proxied);

/**
 * filters_expire() - close the filters that have lingered long enough
 * @filters: all
 *
 * Also done by each filters_hold(). May call @forbid, with the filter's lock held.
 */
void filters_expire(struct filters *filters);

#endif /* VTLIRQ_FILTER_H */
