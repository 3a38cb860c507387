/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A watch: what has come to the (VP, vector) pairs of a way since it is watched.
 * The driver counts for ever; a route wants to know since it came there. And what
 * comes late: when a proxied way goes, a message of the host may still be on its way
 * to its pairs, and is the route's until another way begins there. Knows nothing of
 * routes.
 */
#ifndef VTLIRQ_WATCH_H
#define VTLIRQ_WATCH_H

#include <pthread.h>
#include <stdbool.h>

#include "target.h"
#include "driver.h"

#define WATCHES_BUCKETS	1024

struct watch;
struct watched;

/**
 * struct watches - those of a context to whose pairs something may come late
 * @driver: tells the counts
 * @lock:   held while the driver tells them; protects @late, the watches there and
 *          each struct watch_sum's list
 * @late:   pairs, by VP and vector; one of each at most
 */
struct watches {
	struct driver *driver;
	pthread_mutex_t lock;
	struct watched *late[WATCHES_BUCKETS];
};

/**
 * struct watch_sum - what came to all watches of one owner, who has a lock for it
 * @counts: by those that have ended; watches.lock too
 * @late:   watches that have ended, to which something may come late
 */
struct watch_sum {
	struct driver_counts counts;
	struct watch *late;
};

void watches_init(struct watches *watches, struct driver *driver);
void watches_destroy(struct watches *watches);

/**
 * watch_begin() - watch the pairs of a target from now on
 * @watches: all
 * @target:     which
 * @watch:   out
 *
 * Return: 0, also if the driver tells nothing; or -ENOMEM.
 */
int watch_begin(struct watches *watches, const struct target *target, struct watch **watch);

/* An interrupt comes to these pairs from now on; what came there late was another's. */
void watch_take(struct watches *watches, struct watch *watch);

/**
 * watch_read() - what has come so far
 * @watches: all
 * @watch:   that of now; may be NULL
 * @sum:     of those before
 * @counts:  out
 *
 * Return: 0 or a negative errno of the driver.
 */
int watch_read(struct watches *watches, struct watch *watch, struct watch_sum *sum,
	       struct driver_counts *counts);

/**
 * watch_end() - add what has come, and watch no more
 * @watches: all
 * @watch:   may be NULL
 * @heir:    watches on, may be NULL: a pair that it has, too, begins now there, so
 *           that nothing is counted twice and nothing is left out
 * @is_late: something may still come to the others
 * @sum:     it is added here
 */
void watch_end(struct watches *watches, struct watch *watch, struct watch *heir, bool is_late,
	       struct watch_sum *sum);

/* Nobody asks for this sum any more. */
void watch_sum_drop(struct watches *watches, struct watch_sum *sum);

#endif /* VTLIRQ_WATCH_H */
