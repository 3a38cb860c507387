// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The results: the programs' lines, brought together.
 *
 * Owns: what a line must have. Must not know any group or name.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"

json_t *results_new(void)
{
	return json_pack("{s:{}, s:[], s:[]}", "environment", "measurements", "remarks");
}

static bool is_measurement(const json_t *line)
{
	return json_is_string(json_object_get(line, "group")) &&
	       json_is_string(json_object_get(line, "name")) &&
	       json_is_string(json_object_get(line, "unit")) &&
	       json_is_integer(json_object_get(line, "n")) &&
	       (json_is_number(json_object_get(line, "median")) ||
		json_is_number(json_object_get(line, "value")));
}

static void add_remark(json_t *results, const char *text)
{
	json_array_append_new(json_object_get(results, "remarks"), json_string(text));
}

static void add_line(json_t *results, const char *path, unsigned int number, const char *text)
{
	json_error_t error;
	json_t *line;

	if (!*text)
		return;
	if (!strncmp(text, "# ", 2)) {
		add_remark(results, text + 2);
		return;
	}

	line = json_loads(text, JSON_REJECT_DUPLICATES, &error);
	if (!line)
		die("%s:%u: %s", path, number, error.text);
	if (!is_measurement(line))
		die("%s:%u: not a measurement: group, name, unit, n, and median or value", path,
		    number);
	json_array_append_new(json_object_get(results, "measurements"), line);
}

void results_add_file(json_t *results, const char *path)
{
	FILE *file = fopen(path, "re");
	unsigned int number = 0;
	char *text = NULL;
	size_t size = 0;
	ssize_t length;

	if (!file)
		die("%s: %s", path, strerror(errno));
	while ((length = getline(&text, &size, file)) > 0) {
		if (text[length - 1] == '\n')
			text[length - 1] = '\0';
		add_line(results, path, ++number, text);
	}
	free(text);
	fclose(file);
}

json_t *results_find(const json_t *results, const char *group, const char *name)
{
	json_t *one, *found = NULL;
	size_t i;

	json_array_foreach(json_object_get(results, "measurements"), i, one) {
		if (!strcmp(json_text(one, "group"), group) &&
		    !strcmp(json_text(one, "name"), name))
			found = one;
	}
	return found;
}

double measurement_figure(const json_t *measurement)
{
	json_t *median = json_object_get(measurement, "median");

	return json_number_value(median ?: json_object_get(measurement, "value"));
}

bool results_figure(const json_t *results, const char *group, const char *name, double *figure)
{
	const json_t *found = results_find(results, group, name);

	if (found)
		*figure = measurement_figure(found);
	return found;
}
