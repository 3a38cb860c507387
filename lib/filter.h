/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Filters: for each VP and vector, whether the VMM lets interrupts through.
 *
 * A filter is opened before the first route of the context leads to its VP and vector, and
 * closed when no route leads there any more. An edge that meets a closed filter is lost, so
 * a filter stays open for a while longer where a message of the host may still arrive.
 * Knows nothing of routes.
 */
#ifndef VTLIRQ_FILTER_H
#define VTLIRQ_FILTER_H

#include <pthread.h>
#include <stdbool.h>

#include "target.h"

#define FILTER_BUCKETS	1024
/*
 * How long a filter stays open after a proxied delivery has ended. A message that the host
 * sent before may wait in a slot that its CPU has not read yet, or behind that slot in the
 * host's queue; both take far less than this.
 */
#define FILTER_LINGER_MS	10000

struct filter;

/**
 * struct filters - all filters that are in use
 * @lock:    held only for moments; protects @buckets, @queue and the users of each filter
 * @allow:   from struct vtlirq_config, or NULL
 * @forbid:  from struct vtlirq_config, or NULL
 * @context: the argument of both
 * @buckets: filters, hashed by VP and vector
 * @queue:   filters that will be closed later, the first one first
 * @queue_end: where to append to @queue
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
 * filters_hold() - let interrupts through to all VPs of a target, with its vector
 * @filters: of the context
 * @target:  the target
 *
 * Calls @allow for each filter that is closed, with only the lock of that filter held. A
 * thread that needs the same filter waits until it is open.
 *
 * Return: 0; -ENOMEM; or the error that @allow returned. After an error no filter is held.
 */
int filters_hold(struct filters *filters, const struct target *target);

/**
 * filters_release() - undo filters_hold()
 * @filters: of the context
 * @target:  the target
 * @proxied: messages of the host may still arrive there
 */
void filters_release(struct filters *filters, const struct target *target, bool proxied);

/**
 * filters_expire() - close the filters that have stayed open for long enough
 * @filters: of the context
 *
 * filters_hold() does this as well. May call @forbid, with the lock of the filter held.
 */
void filters_expire(struct filters *filters);

#endif /* VTLIRQ_FILTER_H */
