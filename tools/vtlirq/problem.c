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
