// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * One JSON object a line; see report.h.
 */
#include <stdio.h>
#include <stdlib.h>

#include "report.h"

static int compare(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return (left > right) - (left < right);
}

/* The smallest that @percent of the @number are not above. */
static double percentile(const double *sorted, size_t number, unsigned int percent)
{
	size_t rank = (number * percent + 99) / 100;

	return sorted[rank ? rank - 1 : 0];
}

void samples_add(struct samples *samples, struct count count, unsigned int work)
{
	if (samples->number == SAMPLES_MAX) {
		fputs("bench/scale: more samples than there is room for\n", stderr);
		exit(1);
	}
	samples->core[samples->number] = (double)count.core / work;
	samples->other[samples->number++] = (double)count.other / work;
}

static void print_name(const char *operation, unsigned long mappings)
{
	printf("{\"group\":\"scale\",\"name\":\"%s, %lu mapping%s\",", operation, mappings,
	       mappings == 1 ? "" : "s");
}

void report_samples(const char *operation, unsigned long mappings, struct samples *samples,
		    const struct count *empty)
{
	const double *core = samples->core;
	size_t number = samples->number;

	qsort(samples->core, number, sizeof(*samples->core), compare);
	qsort(samples->other, number, sizeof(*samples->other), compare);
	print_name(operation, mappings);
	printf("\"unit\":\"instructions\",\"n\":%zu,\"median\":%g,\"p99\":%g,", number,
	       percentile(core, number, 50), percentile(core, number, 99));
	printf("\"min\":%g,\"max\":%g,\"empty\":%lu}\n", core[0], core[number - 1], empty->core);
	printf("# %s, %lu: outside the core, not in the line above: %g (at most %g)\n",
	       operation, mappings, percentile(samples->other, number, 50),
	       samples->other[number - 1]);
	fflush(stdout);
}

void report_value(const char *operation, unsigned long mappings, const char *unit, size_t value)
{
	print_name(operation, mappings);
	printf("\"unit\":\"%s\",\"n\":1,\"value\":%zu}\n", unit, value);
	fflush(stdout);
}
