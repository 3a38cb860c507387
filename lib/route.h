/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Routes: their life, and the tables in which a context has them.
 */
#ifndef VTLIRQ_ROUTE_H
#define VTLIRQ_ROUTE_H

#include <pthread.h>

#include "target.h"
#include "driver.h"
#include "watch.h"

struct delivery;

/**
 * struct route_pause - for how long the policy leaves a route alone
 * @until_ms: the pause ends at this time
 * @count:    how many pauses there were in a row; each is twice as long
 */
struct route_pause {
	uint64_t until_ms;
	unsigned int count;
};

/**
 * struct route_sample - what the policy notes; protected by the policy's lock
 * @at_ns:      when @count was read
 * @count:      interrupts by then
 * @after_failure:  the last move of this route failed
 * @after_eviction: another route gave up its vector for this route, which has not
 *                  got one yet
 */
struct route_sample {
	uint64_t at_ns;
	uint64_t count;
	struct route_pause after_failure;
	struct route_pause after_eviction;
};

/**
 * struct vtlirq_route - a route
 * @irqs:       its context
 * @interrupt:  never changes
 * @references: its owner's, and of who looks at it just now; atomic
 * @sample:     the policy's
 * @next:       by id; vtlirq.lock
 * @previous:   by id; vtlirq.lock
 * @next_same:  in the same bucket of vtlirq.interrupts; vtlirq.lock
 * @lock:       protects all that follows
 * @is_gone:    destroyed
 * @delivery:        NULL before it is up, and when it is gone
 * @reason:     why it is proxied
 * @sum:        what came by the ways before @delivery
 * @rate_milli: interrupts in 1000 s
 * @changed_ms: when it took its present way, or target
 * @name:       for people
 */
struct vtlirq_route {
	struct vtlirq *irqs;
	uint64_t id;
	struct vtlirq_interrupt interrupt;
	uint64_t created_ms;
	uint32_t references;
	struct route_sample sample;
	struct vtlirq_route *next;
	struct vtlirq_route *previous;
	struct vtlirq_route *next_same;

	pthread_mutex_t lock;
	bool is_gone;
	struct delivery *delivery;
	enum vtlirq_reason reason;
	enum vtlirq_preference preference;
	uint32_t status;
	uint32_t error;
	struct watch_sum sum;
	uint64_t rate_milli;
	uint64_t changed_ms;
	uint64_t moves;
	uint64_t promotions;
	uint64_t demotions;
	char name[VTLIRQ_ROUTE_NAME_SIZE];
};

/**
 * routes_snapshot() - hold routes, to look at them one by one
 * @irqs:  the context
 * @after: those with a greater id
 * @limit: not more
 * @count: out
 *
 * Return: them, by id; the caller calls routes_release(). NULL: no memory.
 */
struct vtlirq_route **routes_snapshot(struct vtlirq *irqs, uint64_t after, size_t limit,
				      size_t *count);
void routes_release(struct vtlirq_route **routes, size_t count);

/* The states of up to @limit routes with an id above @after; as vtlirq_routes(). */
int routes_states(struct vtlirq *irqs, uint64_t after, size_t limit,
		  struct vtlirq_route_state **states, size_t *count);

/**
 * route_get() - hold a route
 * @irqs: the context
 * @id:   its id
 *
 * Return: the route, for route_put(); NULL: there is none.
 */
struct vtlirq_route *route_get(struct vtlirq *irqs, uint64_t id);
void route_put(struct vtlirq_route *route);

/* Interrupts that came to a route so far, by way. Its lock is held. */
int route_counts(struct vtlirq_route *route, struct driver_counts *counts);

#endif /* VTLIRQ_ROUTE_H */
