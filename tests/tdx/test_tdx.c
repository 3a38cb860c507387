// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The conformance tests of the emulated TDX module. Each name begins with the
 * row of the specification that it tests; the tables are in docs/tdx-module.md.
 */
#include <string.h>

#include "tdx.h"

#define TESTS_MAX 400

static struct CMUnitTest tests[TESTS_MAX];
static size_t count;

static void add(const struct CMUnitTest *more, size_t number)
{
	check(count + number <= TESTS_MAX, "too many tests");
	memcpy(tests + count, more, number * sizeof(*more));
	count += number;
}

int main(int argc, char **argv)
{
	/* For debugging: run only the tests whose names match. */
	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	add(enter_tests, enter_count);
	add(field_tests, field_count);
	add(memory_tests, memory_count);
	add(exit_tests, exit_count);
	add(interrupt_tests, interrupt_count);
	add(event_tests, event_count);
	add(leaf_tests, leaf_count);
	add(ghci_tests, ghci_count);
	add(mask_tests, mask_count);
	add(vm_tests, vm_count);
	add(vm_run_tests, vm_run_count);
	add(state_tests, state_count);
	return _cmocka_run_group_tests("tdx", tests, count, NULL, NULL);
}
