// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Numbers out of samples, and the lines of the report; see samples.h.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "samples.h"

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

int64_t samples_median(int64_t *values, size_t count)
{
	qsort(values, count, sizeof(*values), compare);
	return percentile(values, count, 50);
}

static void report_begin(const char *name, const char *unit, size_t count)
{
	printf("{\"group\":\"incumbent\",\"name\":\"%s\",\"unit\":\"%s\",\"n\":%zu", name, unit,
	       count);
}

void samples_report(const char *name, int64_t *values, size_t count, int64_t empty)
{
	int64_t median = samples_median(values, count);

	report_begin(name, "instructions", count);
	printf(",\"median\":%" PRId64 ",\"p99\":%" PRId64, median - empty,
	       percentile(values, count, 99) - empty);
	printf(",\"min\":%" PRId64 ",\"max\":%" PRId64 ",\"empty\":%" PRId64 "}\n",
	       values[0] - empty, values[count - 1] - empty, empty);
}

void samples_report_rate(const char *name, uint64_t events, size_t interrupts)
{
	report_begin(name, "per interrupt", interrupts);
	printf(",\"value\":%.3f}\n", (double)events / (double)interrupts);
}
