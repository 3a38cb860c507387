/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The results of the calls, counted by kind and errno. The counts are in memory that processes
 * share, so that the calls of a killed process are counted too.
 */
#ifndef _TESTS_FUZZ_TALLY_H
#define _TESTS_FUZZ_TALLY_H

#include <stdint.h>

#define TALLY_KINDS	40
#define TALLY_ERRNOS	134

/**
 * struct tally - the counts
 * @by: by kind, then by errno; 0: success
 */
struct tally {
	uint64_t by[TALLY_KINDS][TALLY_ERRNOS];
};

/* Counts one call; @ret is its result: below 0 it is a negative errno. */
void tally_add(struct tally *tally, unsigned int kind, long ret);

/* Returns the number of all calls of a kind. */
uint64_t tally_of(const struct tally *tally, unsigned int kind);

/* Prints a line for each kind that was called. */
void tally_print(const struct tally *tally, const char *(*name)(unsigned int kind),
		 unsigned int kinds);

#endif /* _TESTS_FUZZ_TALLY_H */
