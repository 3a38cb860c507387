/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A context: what all routes share. Its parts know nothing of it.
 *
 * Locks, in the order in which they are taken:
 *   1. vtlirq.policy_lock   one vtlirq_rebalance() at a time
 *   2. vtlirq_route.lock    for as long as a call on the route lasts, calls of
 *                           the driver, the host, @allow and @forbid included
 *   3. filter.lock            while @allow or @forbid is called for that pair
 *   4. watches.lock        while the driver tells counts
 *   5. vtlirq.lock, filters.lock, refusals.lock: for moments; nothing is called
 *                           and no other lock is taken with one of them held
 * Nobody holds two route locks, or two pair locks. So @allow and @forbid run with
 * one route's lock and one pair's lock held (and, from vtlirq_rebalance(), with
 * policy_lock), never with vtlirq.lock: other routes go on meanwhile.
 */
#ifndef VTLIRQ_CONTEXT_H
#define VTLIRQ_CONTEXT_H

#include <pthread.h>

#include "driver.h"
#include "filter.h"
#include "public.h"
#include "refusal.h"
#include "watch.h"

#define ROUTE_BUCKETS	1024

struct delivery;
struct server;

/**
 * struct totals - struct vtlirq_summary's sums, protected by vtlirq.lock
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
 * @config:  the caller's, with zeroes replaced by what they stand for
 * @number:  tells contexts apart, also those that had the same address
 * @hypercall_fd: -1: there is no host to call
 * @host_redirects: the host says that it can
 * @disabled: by the environment or the VMM
 * @policy_lock: protects @has_learnt and what the policy notes in routes
 * @has_learnt: rates are known
 * @lock:    protects all that follows
 * @taken:   mappings held on each VP
 * @retained: deliveries whose hardware vector the host may still use
 * @interrupts: routes by interrupt, from before they are up until they are down
 * @first:   routes that are up, by id
 */
struct vtlirq {
	struct vtlirq_config config;
	uint64_t number;
	struct driver driver;
	int hypercall_fd;
	bool host_redirects;
	bool disabled;
	struct filters filters;
	struct watches watches;
	struct refusals refusals;

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

/* Note the host's answer for vtlirq_last_hv_status(), for this thread. */
void context_note_status(struct vtlirq *irqs, uint32_t status);

/* Add to one of the totals of a context. */
void context_add(struct vtlirq *irqs, uint64_t *total, int amount);

#endif /* VTLIRQ_CONTEXT_H */
