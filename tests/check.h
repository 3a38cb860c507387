/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a test of cmocka holds to be true. Knows nothing of what is tested.
 */
#ifndef _TESTS_CHECK_H
#define _TESTS_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* Ends the test unless @condition holds, and says what was expected. */
#define check(condition, ...)                                           \
	do {                                                            \
		if (!(condition)) {                                     \
			print_error("%s: ", #condition);                \
			print_error(__VA_ARGS__);                       \
			print_error("\n");                              \
			fail();                                         \
		}                                                       \
	} while (0)

#endif /* _TESTS_CHECK_H */
