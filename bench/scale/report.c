// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Collects samples, and prints the lines of the output; see scale.h.
 */
#include "../lines/lines.h"
#include "scale.h"

#define GROUP "scale"

void samples_add(struct samples *samples, struct count count, unsigned int work)
{
	if (samples->number == SAMPLES_MAX)
		die("more samples than there is room for");
	if (samples->number && samples->work != work)
		die("a sample that is of %u, among those of %u", work, samples->work);
	samples->work = work;
	samples->core[samples->number] = count.core;
	samples->other[samples->number++] = count.other;
}

double samples_first(const struct samples *samples)
{
	return (double)samples->core[0] / samples->work;
}

static const char *name_of(const char *operation, unsigned long mappings)
{
	return lines_name("%s, %lu mapping%s", operation, mappings, mappings == 1 ? "" : "s");
}

void report_samples(const char *operation, unsigned long mappings, struct samples *samples,
		    const struct count *empty)
{
	double other = (double)lines_median(samples->other, samples->number) / samples->work;
	double most = (double)samples->other[samples->number - 1] / samples->work;

	lines_samples_each(GROUP, name_of(operation, mappings), samples->core, samples->number,
			   empty->core, samples->work);
	lines_remark("%s, %lu: outside the core, not in the line above: %g (at most %g)",
		     operation, mappings, other, most);
}

void report_value(const char *operation, unsigned long mappings, const char *unit, size_t value)
{
	lines_value(GROUP, name_of(operation, mappings), unit, 1, value);
}
