// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * JSON files, in and out, and what is said when one is not as it should be.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "report.h"

void die(const char *format, ...)
{
	va_list arguments;

	fflush(stdout);
	fputs("report: ", stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	exit(2);
}

json_t *json_read(const char *path)
{
	json_error_t error;
	json_t *json = json_load_file(path, JSON_REJECT_DUPLICATES, &error);

	if (!json)
		die("%s:%d: %s", path, error.line, error.text);
	return json;
}

void json_write(const json_t *json, const char *path)
{
	size_t flags = JSON_INDENT(2) | JSON_PRESERVE_ORDER | JSON_REAL_PRECISION(10);

	if (!path) {
		if (json_dumpf(json, stdout, flags) || putchar('\n') == EOF || fflush(stdout))
			die("writing to standard output failed");
		return;
	}
	if (json_dump_file(json, path, flags))
		die("%s cannot be written", path);
}

const char *json_text(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	if (!text)
		die("an entry has no \"%s\"", key);
	return text;
}
