/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Prints the output of the bench's programs: measurements, one JSON object a line, and
 * remarks, which begin with "# ". It also ends a program that fails.
 *
 * Owns: the format of the lines, and the definition of a median. Must not know: what was measured.
 */
#ifndef _BENCH_LINES_H
#define _BENCH_LINES_H

#include <stddef.h>
#include <stdint.h>

/*
 * Print an error message on standard error, and end the program. The kernel releases the
 * resources of the process. die_errno() appends the text for errno.
 */
void die(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));
void die_errno(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

/*
 * Return the median of at least one value, by nearest rank: it is one of the values, and the
 * lower one if there are two in the middle. Sorts the values in place, as do the functions below.
 */
int64_t lines_median(int64_t *values, size_t count);

/* Return the name of a measurement. It is valid until the next call. */
const char *lines_name(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Print a measurement in instructions. @empty, the cost of an empty sample, is subtracted. */
void lines_samples(const char *group, const char *name, int64_t *values, size_t count,
		   int64_t empty);

/* The same, but this function subtracts @empty from each value first. */
void lines_samples_less(const char *group, const char *name, int64_t *values, size_t count,
			int64_t empty);

/*
 * The same, but each sample consists of @things equal operations, and the cost of one operation
 * is printed. @empty is printed, but not subtracted.
 */
void lines_samples_each(const char *group, const char *name, int64_t *values, size_t count,
			int64_t empty, unsigned int things);

/* Print a single value that was calculated from @count samples: in full, or to a thousandth. */
void lines_value(const char *group, const char *name, const char *unit, size_t count,
		 double value);
void lines_rate(const char *group, const char *name, const char *unit, size_t count,
		double value);

/* Print a remark. */
void lines_remark(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif /* _BENCH_LINES_H */
