/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Devices under fire: threads that raise each as soon as its last interrupt was
 * handled, and look where it was.
 */
#ifndef _TESTS_SOAK_FIRE_H
#define _TESTS_SOAK_FIRE_H

#include <stdbool.h>

#include "ledger.h"

#define FIRE_THREADS_MAX	8

/**
 * struct fire_trouble - the first thing that went wrong
 * @what:  NULL: nothing did
 * @index: of the entry
 * @place: where it came; PLACES: nowhere
 */
struct fire_trouble {
	const char *what;
	unsigned int index;
	unsigned int place;
};

/* @hang_ms: for how long an interrupt may be under way. */
void fire_start(struct ledger *ledger, unsigned int threads, unsigned int hang_ms);
void fire_stop(void);

/* No more raises, of any, or again; what is under way is looked for all the time. */
void fire_cease(bool cease);

/* When it returns, each thread has gone by all its entries since it was called. */
void fire_pass(void);

/* Sums over all entries, or over those of one worker. */
uint64_t fire_raised(void);
uint64_t fire_handled(void);
bool fire_is_quiet(int worker);

/* Interrupts in a place to which the route did not lead, or that nobody raised. */
uint64_t fire_misdelivered(void);

/* What went wrong first. */
struct fire_trouble fire_trouble(void);

#endif /* _TESTS_SOAK_FIRE_H */
