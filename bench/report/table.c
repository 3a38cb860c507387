// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The measurements as a person reads them: a table for each group.
 */
#include <stdio.h>
#include <string.h>

#include "report.h"

#define WIDTH_WHAT	86

static void print_environment(const json_t *environment)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)environment, key, value)
		printf("%s: %s\n", key, json_string_value(value));
}

static void print_row(const json_t *one)
{
	const json_t *p99 = json_object_get(one, "p99");
	const char *unit = json_text(one, "unit");
	char tail[32] = "-";

	if (p99)
		snprintf(tail, sizeof(tail), "%.10g", json_number_value(p99));
	printf("  %-*s %10.6g %10s %8lld", WIDTH_WHAT, json_text(one, "name"),
	       measurement_figure(one), tail,
	       (long long)json_integer_value(json_object_get(one, "n")));
	printf("%s%s\n", strcmp(unit, "instructions") ? "  " : "",
	       strcmp(unit, "instructions") ? unit : "");
}

static void print_group(const json_t *results, const char *group)
{
	json_t *one;
	size_t i;

	printf("\n%-*s %10s %10s %8s\n", WIDTH_WHAT + 2, group, "median", "p99", "n");
	json_array_foreach(json_object_get(results, "measurements"), i, one) {
		if (!strcmp(json_text(one, "group"), group) &&
		    results_find(results, group, json_text(one, "name")) == one)
			print_row(one);
	}
}

/* Is @index the first of its group? */
static bool opens_group(const json_t *measurements, size_t index)
{
	const char *group = json_text(json_array_get(measurements, index), "group");
	size_t i;

	for (i = 0; i < index; i++) {
		if (!strcmp(json_text(json_array_get(measurements, i), "group"), group))
			return false;
	}
	return true;
}

void table_print(const json_t *results)
{
	const json_t *measurements = json_object_get(results, "measurements");
	const char *group;
	size_t i;

	print_environment(json_object_get(results, "environment"));
	puts("Instructions where no unit is named; a single value stands below \"median\".");
	for (i = 0; i < json_array_size(measurements); i++) {
		group = json_text(json_array_get(measurements, i), "group");
		if (strcmp(group, GROUP_CODE) && opens_group(measurements, i))
			print_group(results, group);
	}
}
