/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Numbers out of samples, and the lines that say them: one JSON object a line, and
 * remarks that begin with "# ".
 *
 * Owns: the form of what a program of the bench prints, and what a median is. Must
 * not know what was measured.
 */
#ifndef _BENCH_LINES_H
#define _BENCH_LINES_H

#include <stddef.h>
#include <stdint.h>

/* ---- the end of a program that fails ---- */

/**
 * die() - say on standard error what failed, and end the program
 * @format: what failed and what to do, as for printf()
 */
void die(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

/**
 * die_errno() - the same with the word for errno at the end
 * @format: what failed and what to do, as for printf()
 */
void die_errno(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

/* ---- measurements ---- */

/**
 * lines_median() - the median, by nearest rank: one of the samples
 * @values: the samples; they are sorted in place
 * @count:  how many, at least one
 *
 * Return: the median, the lower one of two.
 */
int64_t lines_median(int64_t *values, size_t count);

/**
 * lines_samples() - print a measurement, in instructions
 * @group:  its group
 * @name:   its name
 * @values: the samples, without the empty one's cost; they are sorted in place
 * @count:  how many, at least one
 * @empty:  the cost of an empty sample, which was taken off
 */
void lines_samples(const char *group, const char *name, int64_t *values, size_t count,
		   int64_t empty);

/**
 * lines_samples_less() - the same, where the empty sample's cost is still in
 * @group:  its group
 * @name:   its name
 * @values: the samples; @empty is taken off each, and they are sorted in place
 * @count:  how many, at least one
 * @empty:  the cost of an empty sample
 */
void lines_samples_less(const char *group, const char *name, int64_t *values, size_t count,
			int64_t empty);

/**
 * lines_samples_each() - the same, where a sample is of several things alike
 * @group:  its group
 * @name:   its name
 * @values: the samples; they are sorted in place
 * @count:  how many, at least one
 * @empty:  the cost of an empty sample, which was not taken off
 * @things: of how many things each sample is; the line is of one of them
 */
void lines_samples_each(const char *group, const char *name, int64_t *values, size_t count,
			int64_t empty, unsigned int things);

/**
 * lines_value() - print a single value, as exact as it is
 * @group: its group
 * @name:  its name
 * @unit:  of what
 * @count: how many it was taken from
 * @value: the value
 */
void lines_value(const char *group, const char *name, const char *unit, size_t count,
		 double value);

/**
 * lines_rate() - print a single value to a thousandth
 * @group: its group
 * @name:  its name
 * @unit:  of what, as "per interrupt"
 * @count: how many it was taken from
 * @value: the value
 */
void lines_rate(const char *group, const char *name, const char *unit, size_t count,
		double value);

/**
 * lines_remark() - print a remark
 * @format: as printf()
 */
void lines_remark(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif /* _BENCH_LINES_H */
