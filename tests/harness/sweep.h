/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Every error path of an operation: the operation is repeated with failure number 1, 2, 3 ...
 * (an allocation, a copy, ...) injected, until it succeeds without a failure.
 *
 * This file owns the loop. It must not know what fails, and how it is made to fail.
 */
#ifndef _TESTS_HARNESS_SWEEP_H
#define _TESTS_HARNESS_SWEEP_H

#include <stdbool.h>
#include <stddef.h>

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

#endif /* _TESTS_HARNESS_SWEEP_H */
