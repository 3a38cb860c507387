// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Calculates order statistics by nearest rank, and prints the lines of the output; see lines.h.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lines.h"

/* ---- how a program fails ---- */

/* The measurements so far are flushed before the message. */
static void say(const char *format, va_list arguments)
{
	fflush(stdout);
	fprintf(stderr, "%s: ", program_invocation_short_name);
	vfprintf(stderr, format, arguments);
}

void die(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say(format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	exit(1);
}

void die_errno(const char *format, ...)
{
	int error = errno;
	va_list arguments;

	va_start(arguments, format);
	say(format, arguments);
	va_end(arguments);
	fprintf(stderr, " (%s)\n", strerror(error));
	exit(1);
}

/* ---- measurements ---- */

static int compare(const void *left, const void *right)
{
	int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;

	return (a > b) - (a < b);
}

/* By nearest rank: the smallest value that @percent per cent of the values do not exceed. */
static int64_t percentile(const int64_t *sorted, size_t count, unsigned int percent)
{
	return sorted[(count * percent + 99) / 100 - 1];
}

int64_t lines_median(int64_t *values, size_t count)
{
	qsort(values, count, sizeof(*values), compare);
	return percentile(values, count, 50);
}

const char *lines_name(const char *format, ...)
{
	static char name[128];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(name, sizeof(name), format, arguments);
	va_end(arguments);
	return name;
}

static void line_begin(const char *group, const char *name, const char *unit, size_t count)
{
	printf("{\"group\":\"%s\",\"name\":\"%s\",\"unit\":\"%s\",\"n\":%zu", group, name, unit,
	       count);
}

/* Each line is flushed, so that it is visible even if the program crashes later. */
static void line_end(void)
{
	puts("}");
	fflush(stdout);
}

void lines_samples_each(const char *group, const char *name, int64_t *values, size_t count,
			int64_t empty, unsigned int things)
{
	double median = (double)lines_median(values, count) / things;

	line_begin(group, name, "instructions", count);
	printf(",\"median\":%.10g,\"p99\":%.10g", median,
	       (double)percentile(values, count, 99) / things);
	printf(",\"min\":%.10g,\"max\":%.10g,\"empty\":%" PRId64, (double)values[0] / things,
	       (double)values[count - 1] / things, empty);
	line_end();
}

void lines_samples(const char *group, const char *name, int64_t *values, size_t count,
		   int64_t empty)
{
	lines_samples_each(group, name, values, count, empty, 1);
}

void lines_samples_less(const char *group, const char *name, int64_t *values, size_t count,
			int64_t empty)
{
	size_t i;

	for (i = 0; i < count; i++)
		values[i] -= empty;
	lines_samples(group, name, values, count, empty);
}

void lines_value(const char *group, const char *name, const char *unit, size_t count,
		 double value)
{
	line_begin(group, name, unit, count);
	printf(",\"value\":%.10g", value);
	line_end();
}

void lines_rate(const char *group, const char *name, const char *unit, size_t count,
		double value)
{
	line_begin(group, name, unit, count);
	printf(",\"value\":%.3f", value);
	line_end();
}

void lines_remark(const char *format, ...)
{
	va_list arguments;

	fputs("# ", stdout);
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	putchar('\n');
	fflush(stdout);
}
