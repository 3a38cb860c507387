/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Numbers out of samples, and the lines of the report. Knows nothing of what was
 * measured.
 */
#ifndef BENCH_VTL0_NUMBERS_H
#define BENCH_VTL0_NUMBERS_H

#include <stddef.h>
#include <stdint.h>

/**
 * numbers_median() - the median of a set
 * @values: of the set; they are sorted in place
 * @count:  how many
 *
 * Return: the median, the lower one of two.
 */
int64_t numbers_median(int64_t *values, size_t count);

/**
 * numbers_report() - print one line of the report, of instructions
 * @way:    of the interrupt; the name begins with it
 * @name:   the rest of the name
 * @values: of the samples, without the empty one's cost; they are sorted
 * @count:  how many
 * @empty:  the cost of an empty sample, which was taken off
 */
void numbers_report(const char *way, const char *name, int64_t *values, size_t count,
		    int64_t empty);

/* One line of the report with a single value, out of @count. */
void numbers_report_value(const char *name, const char *unit, size_t count, double value);

#endif /* BENCH_VTL0_NUMBERS_H */
