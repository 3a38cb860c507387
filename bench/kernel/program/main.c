// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * bench - measures the driver's costs in instructions. It runs in the bench's VM.
 *
 * Owns: the list of groups, and the check that the clock counts instructions.
 */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "../../lines/lines.h"
#include "program.h"

#define TRIES 9

static const char usage[] =
	"usage: bench COMMAND...\n"
	"  memory FILE   load the driver from FILE; what it allocates\n"
	"  relay NAME    what an interrupt costs with the driver, under NAME\n"
	"  others        what it costs in the designs that it is compared with\n"
	"  map           what it costs to map and to unmap\n"
	"Commands are carried out in this order of theirs on the line.\n";

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

/* Prints a remark about it. Return: whether a tick is an instruction, by timing a thousand. */
static bool clock_check(void)
{
	uint64_t ticks = least(time_thousand) - least(time_nothing);

	printf("# clock: %llu ticks for 1000 instructions\n", (unsigned long long)ticks);
	return ticks == 1000;
}

/* Run one command, with its argument if it has one. Return the number of words used. */
static int run_command(char **words)
{
	if (!strcmp(words[0], "others")) {
		relay_others();
		return 1;
	}
	if (!strcmp(words[0], "map")) {
		map_all();
		return 1;
	}
	if (!strcmp(words[0], "relay") && words[1]) {
		relay_driver(words[1]);
		return 2;
	}
	if (!strcmp(words[0], "memory") && words[1]) {
		memory_all(words[1]);
		return 2;
	}
	return 0;
}

int main(int argc, char **argv)
{
	char **words = argv + 1;
	int took;

	if (argc < 2) {
		fputs(usage, stderr);
		return 2;
	}
	/* Memory is locked, since a page fault in a sample would be measured. */
	if (mlockall(MCL_CURRENT | MCL_FUTURE))
		die("locking memory failed; run it as root");
	if (!clock_check())
		die("a tick is not an instruction here: boot with -icount shift=0, one CPU");

	while (*words) {
		took = run_command(words);
		if (!took) {
			fputs(usage, stderr);
			return 2;
		}
		words += took;
	}
	return 0;
}
