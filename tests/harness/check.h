/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * cmocka, and a check that prints what was expected.
 */
#ifndef _TESTS_HARNESS_CHECK_H
#define _TESTS_HARNESS_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

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

#ifndef ARRAY_SIZE
#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))
#endif

#endif /* _TESTS_HARNESS_CHECK_H */
