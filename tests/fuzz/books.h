/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The books that a fuzzer leaves behind: what was taken is given back, nothing is
 * stuck, and an interrupt still comes.
 */
#ifndef _TESTS_FUZZ_BOOKS_H
#define _TESTS_FUZZ_BOOKS_H

#include <stdbool.h>

/**
 * struct books - as it was before
 * @descriptors: interrupt descriptors of the kernel
 * @users:       of the driver's module
 */
struct books {
	unsigned int descriptors;
	unsigned long users;
};

/* Before anything was done. Opens the lab's host, for the other functions. */
void books_open(struct books *books);

/*
 * A test of TAP, its number counted on: @what holds if @good. False if it does not,
 * and it is kept in mind.
 */
bool books_check(bool good, const char *what, ...) __attribute__((format(printf, 2, 3)));

/*
 * All files are closed: mappings, descriptors and users are gone; no CPU has a
 * vector in service, each takes one. Prints TAP.
 */
void books_close(const struct books *books);

/* The plan's line; the exit status for it. */
int books_end(void);

#endif /* _TESTS_FUZZ_BOOKS_H */
