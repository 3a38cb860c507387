// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Functions that the demos share; see demo.h.
 */
#include <argp.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../labhost/labhost_client.h"
#include "demo.h"

#define DRIVER_VPS	"/sys/kernel/debug/mshv_vtl/vps"
#define LINE_LENGTH	256
#define INTERRUPTS_MAX	100000000UL
#define LOST_AFTER_MS	5000
#define LOST_AFTER_CHECKS 10000

static error_t option_parse(int key, char *value, struct argp_state *state)
{
	unsigned long *wanted = state->input;
	char *end;

	if (key != 'n')
		return ARGP_ERR_UNKNOWN;
	errno = 0;
	*wanted = strtoul(value, &end, 0);
	if (errno || *end || !*wanted || *wanted > INTERRUPTS_MAX)
		argp_error(state, "--interrupts: a number from 1 to %lu, not '%s'",
			   INTERRUPTS_MAX, value);
	return 0;
}

unsigned long demo_arguments(int argc, char **argv, unsigned long usual, const char *purpose)
{
	static const struct argp_option options[] = {
		{ "interrupts", 'n', "N", 0, "How many, from 1 on; more if a run needs them", 0 },
		{ 0 }
	};
	const struct argp argp = { options, option_parse, NULL, purpose, NULL, NULL, NULL };
	unsigned long wanted = usual;

	argp_parse(&argp, argc, argv, 0, NULL, &wanted);
	setvbuf(stdout, NULL, _IOLBF, 0);
	return wanted;
}

static long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000L + now.tv_nsec / 1000000;
}

void demo_patience_renew(struct demo_patience *patience)
{
	patience->since = now_ms();
	patience->checks = 0;
}

bool demo_patience_lasts(struct demo_patience *patience)
{
	if (!patience->since)
		demo_patience_renew(patience);
	return ++patience->checks < LOST_AFTER_CHECKS ||
	       now_ms() - patience->since < LOST_AFTER_MS;
}

/* Return the number of the column that is called @name in a line of names, or -1. */
static int column_find(char *names, const char *name)
{
	char *rest = NULL, *word = strtok_r(names, " \n", &rest);
	int column = 0;

	while (word && strcmp(word, name)) {
		word = strtok_r(NULL, " \n", &rest);
		column++;
	}
	return word ? column : -1;
}

static uint64_t column_value(char *values, int column)
{
	char *rest = NULL, *word = strtok_r(values, " \n", &rest);

	while (word && column--)
		word = strtok_r(NULL, " \n", &rest);
	return word ? strtoull(word, NULL, 0) : 0;
}

uint64_t demo_vps_sum(const char *name)
{
	FILE *file = fopen(DRIVER_VPS, "re");
	char line[LINE_LENGTH];
	uint64_t sum = 0;
	int column;

	if (!file || !fgets(line, sizeof(line), file))
		demo_give_up(DRIVER_VPS ": %s", strerror(errno));
	column = column_find(line, name);
	while (column >= 0 && fgets(line, sizeof(line), file))
		sum += column_value(line, column);
	fclose(file);
	return sum;
}

void demo_host_behave(bool redirects)
{
	const struct lab_host_behaviour behaviour = {
		.flags = redirects ? LAB_HOST_REDIRECTS : 0,
	};
	int host = labhost_open(), ret;

	if (host < 0)
		demo_give_up("the lab's host: %s; is the module vtlirq_board loaded?",
			     strerror(-host));
	ret = labhost_behaviour_set(host, &behaviour);
	if (ret)
		demo_give_up("the lab's host does not change its behaviour: %s", strerror(-ret));
	labhost_close(host);
}

void demo_give_up(const char *format, ...)
{
	va_list args;

	fprintf(stderr, "demo: ");
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(1);
}
