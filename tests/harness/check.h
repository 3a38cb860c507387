/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * cmocka, and a check that prints what was expected.
 */
#ifndef _TESTS_HARNESS_CHECK_H
#define _TESTS_HARNESS_CHECK_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

/* Ends the test unless @condition is true, and prints the condition and a message. */
#define check(condition, ...)                                           \
	do {                                                            \
		if (!(condition)) {                                     \
			print_error("%s: ", #condition);                \
			print_error(__VA_ARGS__);                       \
			print_error("\n");                              \
			fail();                                         \
		}                                                       \
	} while (0)

/* Ends the test unless @call returns -1, with this errno. */
#define assert_errno(call, error)                                       \
	do {                                                            \
		assert_int_equal(call, -1);                             \
		assert_int_equal(errno, error);                         \
	} while (0)

/* Defines main(), which runs the tests of an array. */
#define TEST_PROGRAM(name, tests)                                       \
	int main(void)                                                  \
	{                                                               \
		exit(cmocka_run_group_tests_name(name, tests, NULL, NULL)); \
	}

#ifndef ARRAY_SIZE
#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))
#endif

/*
 * ---- sweep.c ----
 * Every error path of an operation: the operation is repeated with failure number 1, 2, 3 ...
 * (an allocation, a copy, ...) injected, until it succeeds without a failure.
 *
 * This file owns the loop. It must not know what fails, and how it is made to fail.
 */

/**
 * struct sweep_operation - an operation in a situation
 * @name:    for messages
 * @prepare: creates the situation
 * @run:     the operation; returns 0 or more, or a negative errno
 * @done:    checks the result of a success, also by other means
 * @undo:    ends the situation; NULL if the sweep's end() is sufficient
 */
struct sweep_operation {
	const char *name;
	void (*prepare)(void);
	int (*run)(void);
	void (*done)(void);
	void (*undo)(void);
};

/**
 * struct sweep - how failures are injected and what is compared
 * @begin:    called before @prepare; optional
 * @remember: saves the state after @prepare
 * @inject:   makes failure @number happen from now on; 0: none
 * @met:      ends the injection; returns whether the failure happened
 * @expected: returns whether an injected failure may cause this error
 * @compare:  checks that the state is equal to that at @remember()
 * @end:      called after @undo; optional
 * @max:      more failures than any operation has
 */
struct sweep {
	void (*begin)(const struct sweep_operation *operation);
	void (*remember)(const struct sweep_operation *operation);
	void (*inject)(unsigned int number);
	bool (*met)(void);
	bool (*expected)(int error);
	void (*compare)(const struct sweep_operation *operation);
	void (*end)(const struct sweep_operation *operation);
	unsigned int max;
};

/*
 * One run with failure @number; 0: without a failure. If the operation fails, the state must not
 * have changed, and the operation must succeed when it is repeated.
 *
 * Return: whether the failure happened.
 */
bool sweep_attempt(const struct sweep *sweep, const struct sweep_operation *operation,
		   unsigned int number);

/* Injects all failures from number @first on. Return: how many happened. */
unsigned int sweep_from(const struct sweep *sweep, const struct sweep_operation *operation,
			unsigned int first);

/* Return: how many files this process has open, in order to compare two such numbers. */
unsigned int sweep_files_open(void);

#endif /* _TESTS_HARNESS_CHECK_H */
