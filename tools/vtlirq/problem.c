// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Diagnostics: how a problem is kept until somebody decides to show it, and how
 * it looks on standard error.
 *
 * Owns: the shape of every message. Knows nothing of the driver. What a problem
 * says is decided where it is found, since that place knows why and what helps.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "problem.h"

/**
 * problem_what() - say what failed, and why
 * @problem: the problem
 * @format: as for printf()
 */
void problem_what(struct problem *problem, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(problem->what, sizeof(problem->what), format, arguments);
	va_end(arguments);
}

/**
 * problem_next() - say what to do next
 * @problem: the problem
 * @format: as for printf()
 */
void problem_next(struct problem *problem, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(problem->next, sizeof(problem->next), format, arguments);
	va_end(arguments);
}

/**
 * problem_print() - show a problem on standard error
 * @problem: the problem
 *
 * What was printed so far comes first, also where both streams end in one file.
 */
void problem_print(const struct problem *problem)
{
	fflush(stdout);
	fprintf(stderr, "%s: %s\n  next: %s\n", program_invocation_short_name,
		problem->what, problem->next);
}

/**
 * problem_list_add() - make room for one more problem
 * @list: the list
 *
 * Return: the problem, for the caller to fill in until the next one is added.
 */
struct problem *problem_list_add(struct problem_list *list)
{
	list->problems = memory_grow(list->problems, list->count + 1, sizeof(*list->problems));
	return &list->problems[list->count++];
}

/**
 * problem_list_print() - show all problems of a list on standard error
 * @list: the list
 */
void problem_list_print(const struct problem_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		problem_print(&list->problems[i]);
}

/**
 * problem_list_free() - give the memory of a list back
 * @list: the list, empty afterwards
 */
void problem_list_free(struct problem_list *list)
{
	free(list->problems);
	*list = (struct problem_list){};
}

/**
 * note_print() - tell something that is not a failure, on standard error
 * @format: as for printf(), without a newline
 */
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
