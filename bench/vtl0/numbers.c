// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Numbers out of samples, and the lines of the report; see numbers.h.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "numbers.h"

static int compare(const void *left, const void *right)
{
	int64_t a = *(const int64_t *)left;
	int64_t b = *(const int64_t *)right;

	return (a > b) - (a < b);
}

/* The nearest rank: the smallest value that so many of a hundred do not exceed. */
static int64_t percentile(const int64_t *sorted, size_t count, unsigned int percent)
{
	return sorted[(count * percent + 99) / 100 - 1];
}

int64_t numbers_median(int64_t *values, size_t count)
{
	qsort(values, count, sizeof(*values), compare);
	return percentile(values, count, 50);
}

void numbers_report(const char *way, const char *name, int64_t *values, size_t count,
		    int64_t empty)
{
	int64_t median = numbers_median(values, count);

	printf("{\"group\":\"vtl0\",\"name\":\"%s, %s\",\"unit\":\"instructions\",\"n\":%zu", way,
	       name, count);
	printf(",\"median\":%" PRId64 ",\"p99\":%" PRId64, median, percentile(values, count, 99));
	printf(",\"min\":%" PRId64 ",\"max\":%" PRId64 ",\"empty\":%" PRId64 "}\n", values[0],
	       values[count - 1], empty);
}

void numbers_report_value(const char *name, const char *unit, size_t count, double value)
{
	printf("{\"group\":\"vtl0\",\"name\":\"%s\",\"unit\":\"%s\",\"n\":%zu,\"value\":%.3f}\n",
	       name, unit, count, value);
}
