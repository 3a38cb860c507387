/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The state of the driver before and after a long run: everything that was allocated is
 * freed, nothing is stuck, and an interrupt still arrives. Prints TAP.
 */
#ifndef _TESTS_HARNESS_ACCOUNTING_H
#define _TESTS_HARNESS_ACCOUNTING_H

#include <stdbool.h>

/**
 * struct accounting - the state before the run
 * @descriptors: interrupt descriptors of the kernel
 * @users:       users of the driver's module
 */
struct accounting {
	unsigned int descriptors;
	unsigned long users;
};

/* Call it before the run. Opens the lab's host and counts the CPUs, for the other functions. */
void accounting_begin(struct accounting *before);

/*
 * Prints a TAP result, "ok" if @good, and remembers a failure. The text says what must be
 * true.
 *
 * Return: @good.
 */
bool accounting_check(bool good, const char *what, ...) __attribute__((format(printf, 2, 3)));

/*
 * Call it when all files are closed: checks that mappings, descriptors and users are gone,
 * that no CPU has a vector in service, and that each CPU receives an interrupt.
 */
void accounting_end(const struct accounting *before);

/* Prints TAP's plan. Return: the program's exit status. */
int accounting_status(void);

#endif /* _TESTS_HARNESS_ACCOUNTING_H */
