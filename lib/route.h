/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Routes: created, moved, destroyed; and the tables of a context in which they are found.
 */
#ifndef VTLIRQ_ROUTE_H
#define VTLIRQ_ROUTE_H

#include <pthread.h>

#include "target.h"
#include "driver.h"
#include "counters.h"

struct delivery;

/**
 * struct route_pause - how long the policy leaves a route alone
 * @until_ms: when the pause ends
 * @count:    how many pauses followed each other; each one is twice as long
 */
struct route_pause {
	uint64_t until_ms;
	unsigned int count;
};

/**
 * struct route_sample - what the policy knows of a route; protected by the policy's lock
 * @at_ns:      when @count was read
 * @count:      interrupts until then
 * @after_failure:  pause because the last move of this route failed
 * @after_eviction: pause because another route gave up its vector for this route, which
 *                  has not got one yet
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
 * @interrupt:  constant
 * @references: one of its owner, and one of each thread that looks at it; atomic
 * @sample:     belongs to the policy
 * @next:       by id; protected by vtlirq.lock
 * @previous:   by id; protected by vtlirq.lock
 * @next_same:  next in its bucket of vtlirq.interrupts; protected by vtlirq.lock
 * @lock:       protects all members that follow
 * @is_gone:    it was destroyed
 * @delivery:   NULL before the first one and after the last one
 * @reason:     why it is proxied
 * @sum:        what arrived by deliveries before @delivery
 * @rate_milli: interrupts in 1000 s
 * @changed_ms: when its delivery or target changed last
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
	struct counter_sum sum;
	uint64_t rate_milli;
	uint64_t changed_ms;
	uint64_t moves;
	uint64_t promotions;
	uint64_t demotions;
	char name[VTLIRQ_ROUTE_NAME_SIZE];
};

/**
 * routes_snapshot() - take references to routes
 * @irqs:  the context
 * @after: only routes with a greater id
 * @limit: at most so many
 * @count: out
 *
 * Return: the routes, by id, for routes_release(); NULL if out of memory.
 */
struct vtlirq_route **routes_snapshot(struct vtlirq *irqs, uint64_t after, size_t limit,
				      size_t *count);
void routes_release(struct vtlirq_route **routes, size_t count);

/* The states of at most @limit routes with an id above @after; see vtlirq_routes(). */
int routes_states(struct vtlirq *irqs, uint64_t after, size_t limit,
		  struct vtlirq_route_state **states, size_t *count);

/**
 * route_get() - find a route, and take a reference to it
 * @irqs: the context
 * @id:   its id
 *
 * Return: the route, for route_put(); NULL if there is no such route.
 */
struct vtlirq_route *route_get(struct vtlirq *irqs, uint64_t id);
void route_put(struct vtlirq_route *route);

/* Interrupts that arrived so far, redirected and proxied. Called with the route's lock held. */
int route_counts(struct vtlirq_route *route, struct driver_counts *counts);

#endif /* VTLIRQ_ROUTE_H */
