// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Checks whether a tick of the clock is an instruction, by timing a thousand instructions.
 */
#include <stdio.h>

#include "program.h"

#define TRIES 9

static uint64_t time_nothing(void)
{
	uint64_t before = clock_read();

	return clock_read() - before;
}

static uint64_t time_thousand(void)
{
	uint64_t before = clock_read();

	__asm__ volatile(".rept 1000\n\tnop\n\t.endr" : : : "memory");
	return clock_read() - before;
}

/* Return the least of several tries, since a timer may interrupt some of them. */
static uint64_t least(uint64_t (*time)(void))
{
	uint64_t best = time(), one;
	int try;

	for (try = 1; try < TRIES; try++) {
		one = time();
		if (one < best)
			best = one;
	}
	return best;
}

bool clock_check(void)
{
	uint64_t ticks = least(time_thousand) - least(time_nothing);

	printf("# clock: %llu ticks for 1000 instructions\n", (unsigned long long)ticks);
	return ticks == 1000;
}
