/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Counters: how many interrupts arrived by each delivery of a route.
 *
 * The driver counts per VP and vector, from the start of the VTL file. A route needs the
 * count since its delivery began. After a proxied delivery has ended, a message that
 * the host sent before can still arrive: such a late interrupt is counted for the route
 * until another delivery begins on the same VP and vector.
 */
#ifndef VTLIRQ_COUNTERS_H
#define VTLIRQ_COUNTERS_H

#include <pthread.h>
#include <stdbool.h>

#include "driver.h"
#include "target.h"

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

#endif /* VTLIRQ_COUNTERS_H */
