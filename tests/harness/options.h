/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The command line of the test programs: "--NAME NUMBER" and "--NAME" in any order.
 */
#ifndef _TESTS_HARNESS_OPTIONS_H
#define _TESTS_HARNESS_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct option_spec - an option
 * @name:     without the dashes
 * @argument: the name of its argument in the help; NULL if it has none
 * @help:     what it does; NULL hides it
 * @value:    the number is stored here; 1 if the option has no argument
 * @min:      the smallest number allowed
 * @max:      the largest number allowed; 0: no limit
 * @words:    if set, the argument is one of these words, and @value its index
 */
struct option_spec {
	const char *name;
	const char *argument;
	const char *help;
	uint64_t *value;
	uint64_t min;
	uint64_t max;
	const char *const *words;
};

/* Parses a whole number in C's notation: returns false if @text is something else. */
bool number_parse(const char *text, uint64_t *number);

/* Parses all options; after an error or the help, it prints a message and ends the program. */
void options_parse(int argc, char **argv, const char *purpose, const struct option_spec *specs,
		   size_t count);

/* Returns a new seed, for a run without an option for it. */
uint64_t options_seed(void);

#endif /* _TESTS_HARNESS_OPTIONS_H */
