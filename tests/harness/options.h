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
 * @argument: what the help calls its argument; NULL if it has none
 * @help:     what it does; NULL hides it
 * @value:    where the number goes; 1 if it has no argument
 * @min:      least number allowed
 * @max:      greatest number allowed; 0: no limit
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

/* A whole number in C's notation: false if @text is something else. */
bool number_parse(const char *text, uint64_t *number);

/* Takes all options; prints what is wrong, or the help, and ends the program. */
void options_parse(int argc, char **argv, const char *purpose, const struct option_spec *specs,
		   size_t count);

/* A seed for a run that was not given one. */
uint64_t options_seed(void);

#endif /* _TESTS_HARNESS_OPTIONS_H */
