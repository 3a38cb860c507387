// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What all other files use: memory that is allocated or ends the program, and diagnostics.
 *
 * Owns: the format of every message. A problem is recorded where it is found, since that code
 * knows the cause and the remedy, and printed later.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base.h"

/* The kernel closes the files of this program, and so frees what it held of the driver. */
static void out_of_memory(void)
{
	fprintf(stderr, "%s: out of memory\n", program_invocation_short_name);
	exit(EXIT_FAILURE);
}

/* Makes an array larger, or ends the program. @old may be NULL. */
void *memory_grow(void *old, size_t count, size_t size)
{
	void *new = reallocarray(old, count, size);

	if (!new)
		out_of_memory();
	return new;
}

/* Prints into a new string, which the caller frees, or ends the program. */
char *memory_format(const char *format, ...)
{
	va_list arguments;
	char *text = NULL;
	int length;

	va_start(arguments, format);
	length = vasprintf(&text, format, arguments);
	va_end(arguments);
	if (length < 0)
		out_of_memory();
	return text;
}

/* The ending of a counted noun. */
const char *plural(u64 count)
{
	return count == 1 ? "" : "s";
}

/* Records what failed, and why. */
void problem_what(struct problem *problem, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(problem->what, sizeof(problem->what), format, arguments);
	va_end(arguments);
}

/* Records what to do next. */
void problem_next(struct problem *problem, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(problem->next, sizeof(problem->next), format, arguments);
	va_end(arguments);
}

/* Flushes earlier output, so that the order is right if both streams end in one file. */
void problem_print(const struct problem *problem)
{
	fflush(stdout);
	fprintf(stderr, "%s: %s\n  next: %s\n", program_invocation_short_name,
		problem->what, problem->next);
}

/* Adds a problem, for the caller to fill in; it is valid until the next one is added. */
struct problem *problem_list_add(struct problem_list *list)
{
	list->problems = memory_grow(list->problems, list->count + 1, sizeof(*list->problems));
	return &list->problems[list->count++];
}

void problem_list_print(const struct problem_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		problem_print(&list->problems[i]);
}

void problem_list_free(struct problem_list *list)
{
	free(list->problems);
	*list = (struct problem_list){};
}

/* Prints something that is not a failure. */
void note_print(const char *format, ...)
{
	va_list arguments;

	fflush(stdout);
	fprintf(stderr, "%s: ", program_invocation_short_name);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
}
