/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A context: what all routes share, and how they are delivered. open.c opens it.
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

#include "system.h"

struct delivery;
struct server;

/*
 * ---- filter.c ----
 * Filters: for each VP and vector, whether the VMM lets interrupts through.
 *
 * A filter is opened before the first route of the context leads to its VP and vector, and
 * closed when no route leads there any more. An edge that meets a closed filter is lost, so
 * a filter stays open for a while longer where a message of the host may still arrive.
 * Knows nothing of routes.
 */

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

/*
 * ---- backoff.c ----
 * Backoff: which devices the host refused to redirect, and when to ask again.
 *
 * A guest chooses the device ids, so the memory is bounded: the most that a guest can do
 * is to make the library forget a device, and ask the host again too early.
 */

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

/* Return whether the host refused a device, and has not accepted it since. */
bool backoff_was_refused(struct backoff *backoff, uint64_t device_id);
/* Record a refusal of the host: the next wait is twice as long as the last one. */
void backoff_refused(struct backoff *backoff, uint64_t device_id, uint32_t status);
/* Record that the host has accepted the device: forget it. */
void backoff_accepted(struct backoff *backoff, uint64_t device_id);

/*
 * ---- counters.c ----
 * Counters: how many interrupts arrived by each delivery of a route.
 *
 * The driver counts per VP and vector, from the start of the VTL file. A route needs the
 * count since its delivery began. After a proxied delivery has ended, a message that
 * the host sent before can still arrive: such a late interrupt is counted for the route
 * until another delivery begins on the same VP and vector.
 */

#define COUNTERS_BUCKETS	1024

struct counter;
struct vp_counter;

/**
 * struct counters - what the counters of a context share
 * @driver: gives the counts
 * @lock:   held while the driver is asked; protects @late, the counters in it and the
 *          list of each struct counter_sum
 * @late:   counters that have ended, but may still get late interrupts, hashed by VP and
 *          vector; at most one for each VP and vector
 */
struct counters {
	struct driver *driver;
	pthread_mutex_t lock;
	struct vp_counter *late[COUNTERS_BUCKETS];
};

/**
 * struct counter_sum - the sum over the ended counters of a route, whose lock is held
 * @counts: what they counted; also protected by counters.lock
 * @late:   those of them that may still get late interrupts
 */
struct counter_sum {
	struct driver_counts counts;
	struct counter *late;
};

void counters_init(struct counters *counters, struct driver *driver);
void counters_destroy(struct counters *counters);

/**
 * counter_begin() - start to count for a target
 * @counters: of the context
 * @target:   its VPs and vector are counted
 * @counter:  out
 *
 * Return: 0, also if the driver has no counts; or -ENOMEM.
 */
int counter_begin(struct counters *counters, const struct target *target,
		  struct counter **counter);

/*
 * The host now sends an interrupt to these VPs: whatever arrived there late until
 * now belongs to the earlier route, and what arrives from now on does not.
 */
void counter_claim(struct counters *counters, struct counter *counter);

/**
 * counter_read() - read the count of a route
 * @counters: of the context
 * @counter:  of the present delivery; may be NULL
 * @sum:      of the deliveries before
 * @counts:   out: both together
 *
 * Return: 0 or a negative errno of the driver.
 */
int counter_read(struct counters *counters, struct counter *counter, struct counter_sum *sum,
		 struct driver_counts *counts);

/**
 * counter_end() - stop to count, add the result to a sum, and free the counter
 * @counters:  of the context
 * @counter:   may be NULL
 * @successor: the route's next counter, or NULL. Where both count the same VP and
 *             vector, it starts at the number where @counter stops, so that each
 *             interrupt is counted exactly once
 * @is_late:   late interrupts may arrive at the other VPs
 * @sum:       the sum to add to
 */
void counter_end(struct counters *counters, struct counter *counter, struct counter *successor,
		 bool is_late, struct counter_sum *sum);

/* The sum is not read any more: stop waiting for its late interrupts. */
void counter_sum_drop(struct counters *counters, struct counter_sum *sum);

/*
 * ---- context.c ----
 * What all routes share. It calls no other part of the library.
 */

#define ROUTE_BUCKETS	1024

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
 * @retained: deliveries that the host may still use
 * @retained_proxied: how many of them are proxied
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
	uint32_t retained_proxied;
	uint64_t next_id;
	struct vtlirq_route *interrupts[ROUTE_BUCKETS];
	struct vtlirq_route *first;
	struct vtlirq_route *last;
	struct server *server;
};

/* Return whether vtlirq_rebalance() moves routes. */
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

/*
 * ---- route.c ----
 * Routes: created, moved, destroyed; and the tables of a context in which they are found.
 */

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

/* Read the states of at most @limit routes with an id above @after; see vtlirq_routes(). */
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

/* Read how many interrupts arrived so far. Called with the route's lock held. */
int route_counts(struct vtlirq_route *route, struct driver_counts *counts);

/*
 * ---- delivery.c ----
 * Deliveries: prepare one, tell the host to use it, tear it down; and change a route from
 * one delivery to another without losing an interrupt. Which delivery is better is
 * decided elsewhere (policy.c); this file finds out which one is possible.
 *
 * All functions but deliveries_free() are called with the route's lock held.
 */

/**
 * struct delivery - how the interrupts of a route arrive
 * @kind:     redirected or proxied
 * @target:   what the caller asked for
 * @effective: where interrupts arrive: if redirected, only one VP of @target
 * @apic_id:  if redirected: identifies the VP
 * @hardware: if redirected: the hardware vector
 * @is_mapped: it has a reference to the mapping of (@hardware, @apic_id)
 * @is_borrowed: that reference belongs to the route's present delivery
 * @is_held:  it holds the filters of @effective
 * @counter:  counts what arrives at @effective
 * @retained_next: next in vtlirq.retained
 * @retained_for: if retained: the interrupt that may still arrive there
 * @retained_for_several: if retained: other interrupts may arrive there, too
 */
struct delivery {
	enum vtlirq_delivery kind;
	struct target target;
	struct target effective;
	uint32_t apic_id;
	uint32_t hardware;
	bool is_mapped;
	bool is_borrowed;
	bool is_held;
	struct counter *counter;
	struct delivery *retained_next;
	struct vtlirq_interrupt retained_for;
	bool retained_for_several;
};

/**
 * enum delivery_wish - what delivery_change() has to try
 * @DELIVERY_REDIRECTED: redirected, or no change
 * @DELIVERY_PROXIED:    proxied
 * @DELIVERY_BEST:       redirected if possible, otherwise proxied
 */
enum delivery_wish {
	DELIVERY_REDIRECTED,
	DELIVERY_PROXIED,
	DELIVERY_BEST,
};

/* Return whether there was no vector for a route. */
static inline bool reason_is_shortage(enum vtlirq_reason reason)
{
	return reason == VTLIRQ_REASON_NO_VECTOR || reason == VTLIRQ_REASON_QUOTA;
}

/**
 * delivery_change() - change the delivery of a route
 * @route:  the route; a new route has no delivery yet
 * @target: the new target
 * @wish:   which kind to try
 * @reason: why the route is proxied, if nothing else explains it
 *
 * The new delivery works before the old one is torn down.
 *
 * Return: 0: changed; 1: @wish is DELIVERY_REDIRECTED and is not possible, then the
 * delivery has not changed and the route's reason says why; or a negative errno, and
 * the route has not changed.
 */
int delivery_change(struct vtlirq_route *route, const struct target *target,
		    enum delivery_wish wish, enum vtlirq_reason reason);

/**
 * delivery_end() - end the delivery of a route that is destroyed
 * @route: the route
 *
 * Return: 0; or a negative errno if the host did not stop using the hardware vector,
 * which is then retained.
 */
int delivery_end(struct vtlirq_route *route);

/**
 * deliveries_free() - free the deliveries that are retained
 * @irqs: the context, whose VTL file is closed, or is the caller's: then the mappings
 *        exist until the caller closes it
 */
void deliveries_free(struct vtlirq *irqs);

/*
 * ---- server.c ----
 * The server: a thread that shows and moves the routes of a context for clients.
 */

/* End the thread, and remove its socket. @server may be NULL. */
void server_end(struct server *server);

#endif /* VTLIRQ_CONTEXT_H */
