/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The checker: compares what the library reports with the state of the simulated driver
 * and host.
 */
#ifndef TESTS_LIB_CHECK_H
#define TESTS_LIB_CHECK_H

#include "../harness/check.h"
#include "fake.h"

/**
 * struct live - a route that the test has created
 * @route:  NULL: no route
 * @vps:    the VPs of its last target; below 64
 * @state:  the state that the library reported last
 * @is_unsure: the host's last answer does not tell what it did, so it is not checked
 */
struct live {
	struct vtlirq_route *route;
	struct vtlirq_interrupt interrupt;
	uint32_t vector;
	uint32_t flags;
	uint64_t vps;
	struct vtlirq_route_state state;
	bool is_unsure;
};

/* Ask the library again. */
void live_refresh(struct live *live);

/**
 * check_all() - check that every live route has one delivery with the right target; that
 * the host uses no vector that is not mapped; that the driver has exactly the references that
 * the routes need; and that exactly the filters that they need are open
 * @lives: the routes
 * @count: number of routes
 */
void check_all(const struct live *lives, size_t count);

/* Check that nothing is left after vtlirq_close(). */
void check_nothing_left(void);

/* Return: 0 if there was no violation; otherwise it prints the first one. */
int check_verdict(const char *when);

/* Ask the library again for each route, and check_all(). A violation ends the test. */
void check_routes(struct live *lives, size_t count);

/* Close the context, and check_nothing_left(). A violation ends the test. */
void check_close(struct vtlirq *irqs);

#endif /* TESTS_LIB_CHECK_H */
