/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A watch: what has come to the (VP, vector) pairs of a way since it is watched.
 * The driver counts for ever; a route wants to know since it came there. Knows
 * nothing of routes.
 */
#ifndef VTLIRQ_WATCH_H
#define VTLIRQ_WATCH_H

#include "aim.h"
#include "driver.h"

struct watch;

/**
 * watch_begin() - watch the pairs of an aim from now on
 * @driver: the driver
 * @aim:    which
 * @watch:  out
 *
 * Return: 0, also if the driver tells nothing; or -ENOMEM.
 */
int watch_begin(struct driver *driver, const struct aim *aim, struct watch **watch);

/**
 * watch_read() - add what has come
 * @driver: the driver
 * @watch:  may be NULL
 * @sum:    it is added here
 *
 * Return: 0 or a negative errno of the driver.
 */
int watch_read(struct driver *driver, struct watch *watch, struct driver_counts *sum);

/**
 * watch_end() - add what has come, and watch no more
 * @driver: the driver
 * @watch:  may be NULL
 * @heir:   watches on, may be NULL: a pair that it has, too, begins now there, so
 *          that nothing is counted twice and nothing is left out
 * @sum:    it is added here
 */
void watch_end(struct driver *driver, struct watch *watch, struct watch *heir,
	       struct driver_counts *sum);

#endif /* VTLIRQ_WATCH_H */
