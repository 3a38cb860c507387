// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Order statistics by nearest rank, and the lines of the output.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "samples.h"

static int compare(const void *left, const void *right)
{
	uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;

	return a < b ? -1 : a > b;
}

/* The smallest sample that @percent of them are no larger than. */
static uint64_t rank(const uint64_t *sorted, size_t count, unsigned int percent)
{
	return sorted[(count * percent + 99) / 100 - 1];
}

uint64_t samples_median(uint64_t *ticks, size_t count)
{
	qsort(ticks, count, sizeof(*ticks), compare);
	return rank(ticks, count, 50);
}

void samples_print(const char *group, const char *name, uint64_t *ticks, size_t count,
		   uint64_t empty)
{
	int64_t less = empty;

	qsort(ticks, count, sizeof(*ticks), compare);
	printf("{\"group\":\"%s\",\"name\":\"%s\",\"unit\":\"instructions\",\"n\":%zu,", group,
	       name, count);
	printf("\"median\":%lld,\"p99\":%lld,\"min\":%lld,\"max\":%lld,\"empty\":%lld}\n",
	       (long long)(rank(ticks, count, 50) - less),
	       (long long)(rank(ticks, count, 99) - less), (long long)(ticks[0] - less),
	       (long long)(ticks[count - 1] - less), (long long)less);
	fflush(stdout);
}

void value_print(const char *group, const char *name, const char *unit, size_t count, double value)
{
	printf("{\"group\":\"%s\",\"name\":\"%s\",\"unit\":\"%s\",\"n\":%zu,\"value\":%.10g}\n",
	       group, name, unit, count, value);
	fflush(stdout);
}

void remark(const char *format, ...)
{
	va_list arguments;

	fputs("# ", stdout);
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	putchar('\n');
	fflush(stdout);
}

void die(const char *format, ...)
{
	va_list arguments;

	fflush(stdout);
	fputs("bench: ", stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	exit(1);
}
