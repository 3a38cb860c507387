// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The results of the calls; see tally.h.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tally.h"

void tally_add(struct tally *tally, unsigned int kind, long ret)
{
	unsigned int number = ret < 0 ? -ret : 0;

	if (number >= TALLY_ERRNOS)
		number = TALLY_ERRNOS - 1;
	__atomic_fetch_add(&tally->by[kind][number], 1, __ATOMIC_RELAXED);
}

uint64_t tally_of(const struct tally *tally, unsigned int kind)
{
	uint64_t sum = 0;
	unsigned int number;

	for (number = 0; number < TALLY_ERRNOS; number++)
		sum += tally->by[kind][number];
	return sum;
}

static void kind_print(const struct tally *tally, const char *name, unsigned int kind)
{
	unsigned int number;

	printf("# %-16s %9" PRIu64 ":", name, tally_of(tally, kind));
	for (number = 0; number < TALLY_ERRNOS; number++) {
		if (tally->by[kind][number])
			printf(" %s %" PRIu64, number ? strerrorname_np(number) ?: "?" : "done",
			       tally->by[kind][number]);
	}
	printf("\n");
}

void tally_print(const struct tally *tally, const char *(*name)(unsigned int kind),
		 unsigned int kinds)
{
	unsigned int kind;

	for (kind = 0; kind < kinds; kind++) {
		if (tally_of(tally, kind))
			kind_print(tally, name(kind), kind);
	}
}
