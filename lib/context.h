/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A context: what all routes share. open.c opens it; all other parts use it, and it calls
 * none of them.
 *
 * Locks, in the order in which they are taken:
 *   1. vtlirq.policy_lock   one vtlirq_rebalance() at a time
 *   2. vtlirq_route.lock    during a call on the route, also while it calls the driver,
 *                           the host, @allow and @forbid
 *   3. filter.lock          while @allow or @forbid is called for that filter
 *   4. counters.lock        while the driver is asked for counts
 *   5. vtlirq.lock, filters.lock, backoff.lock: only for moments; while one of them is
 *                           held, no other lock is taken and no callback is called
 * A thread never holds two route locks, or two filter locks. So @allow and @forbid run
 * with the lock of one route and one filter held (and, from vtlirq_rebalance(), with
 * policy_lock), never with vtlirq.lock: calls on other routes go on meanwhile.
 */
#ifndef VTLIRQ_CONTEXT_H
#define VTLIRQ_CONTEXT_H

#include <pthread.h>

#include "driver.h"
#include "filter.h"
#include "public.h"
#include "backoff.h"
#include "counters.h"

#define ROUTE_BUCKETS	1024

struct delivery;
struct server;

/**
 * struct totals - the sums of struct vtlirq_summary; protected by vtlirq.lock
 */
struct totals {
	uint64_t routes;
	uint64_t redirected;
	uint64_t map_calls;
	uint64_t retarget_calls;
	uint64_t refusals;
	uint64_t refusals_saved;
	uint64_t promotions;
	uint64_t demotions;
	uint64_t moves;
};

/**
 * struct vtlirq - the context
 * @config:  from the caller, with the defaults in place of zeroes
 * @number:  identifies the context, also after another one got the same address
 * @hypercall_fd: -1: there is no host to call
 * @host_redirects: the host says that it can redirect
 * @disabled: redirection is disabled by the environment or the VMM
 * @policy_lock: protects @has_learnt and what the policy stores in routes
 * @has_learnt: the rates of the routes are known
 * @lock:    protects all members that follow
 * @taken:   mappings held on each VP
 * @retained: deliveries whose hardware vector the host may still use
 * @interrupts: routes by interrupt, from before their first delivery until after their last
 * @first:   routes with a delivery, by id
 */
struct vtlirq {
	struct vtlirq_config config;
	uint64_t number;
	struct driver driver;
	int hypercall_fd;
	bool host_redirects;
	bool disabled;
	struct filters filters;
	struct counters counters;
	struct backoff backoff;

	pthread_mutex_t policy_lock;
	bool has_learnt;

	pthread_mutex_t lock;
	struct totals totals;
	uint32_t taken[VTLIRQ_VPS_MAX];
	struct delivery *retained;
	uint64_t next_id;
	struct vtlirq_route *interrupts[ROUTE_BUCKETS];
	struct vtlirq_route *first;
	struct vtlirq_route *last;
	struct server *server;
};

/* Whether vtlirq_rebalance() moves anything. */
bool context_has_policy(const struct vtlirq *irqs);

/* Store the status of the host that vtlirq_last_hv_status() returns to this thread. */
void context_note_status(struct vtlirq *irqs, uint32_t status);

static inline bool interrupt_is_same(const struct vtlirq_interrupt *one,
				     const struct vtlirq_interrupt *other)
{
	return one->device_id == other->device_id && one->address == other->address &&
	       one->data == other->data;
}

/* Add to one of the totals of a context. */
void context_add(struct vtlirq *irqs, uint64_t *total, int amount);

#endif /* VTLIRQ_CONTEXT_H */
