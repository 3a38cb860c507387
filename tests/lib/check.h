/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The checker: does what the library says agree with what the driver and the
 * host have?
 */
#ifndef TESTS_LIB_CHECK_H
#define TESTS_LIB_CHECK_H

#include <stddef.h>

#include "fake.h"

/**
 * struct live - a route, as the test made it
 * @route:  NULL: there is none
 * @vps:    the VPs that it was last aimed at; below 64
 * @state:  as the library told it last
 * @is_adrift: the host's last answer left open what it did, so nothing can be said
 */
struct live {
	struct vtlirq_route *route;
	struct vtlirq_interrupt interrupt;
	uint32_t vector;
	uint32_t flags;
	uint64_t vps;
	struct vtlirq_route_state state;
	bool is_adrift;
};

/* Ask the library again. */
void live_refresh(struct live *live);

/**
 * check_all() - every live route has one way, and it leads where it should; the
 * host points to nothing that is not mapped; the driver's references and the
 * filter's openings are those of the routes, and no more
 * @lives: the routes
 * @count: how many
 */
void check_all(const struct live *lives, size_t count);

/* Nothing is left, after vtlirq_close(). */
void check_nothing_left(void);

/* Fail if something was found; tells what. Return: 0 if nothing was. */
int check_verdict(const char *when);

#endif /* TESTS_LIB_CHECK_H */
