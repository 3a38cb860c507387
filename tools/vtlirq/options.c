// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Options that several commands have.
 *
 * Owns: how they are read, and what is said about a word that no command takes.
 * Knows nothing of what a command does with them.
 */
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "options.h"

/**
 * option_common() - what a command's parser does with a key that is not its own
 * @key: as argp gives it
 * @text: likewise
 * @state: likewise
 * @json: set by --json; NULL for a command that has no such option
 *
 * Return: what the command's parser returns. An argument ends the program.
 */
error_t option_common(int key, char *text, struct argp_state *state, bool *json)
{
	if (key == OPTION_JSON && json) {
		*json = true;
		return 0;
	}
	if (key != ARGP_KEY_ARG)
		return ARGP_ERR_UNKNOWN;
	argp_error(state, "unexpected argument '%s'", text);
	return 0;
}

/**
 * option_cpu() - read one --cpu of several
 * @state: argp's state
 * @text: what the option was given
 * @cpus: where the number is added
 */
void option_cpu(struct argp_state *state, const char *text, struct number_list *cpus)
{
	number_list_add(cpus, number_option(state, "--cpu", text, 0, CPU_LIMIT));
}

/* Digits, and up to three more after a point. Returns false if it is neither. */
static bool read_milliseconds(const char *text, u64 *milliseconds)
{
	size_t whole = strspn(text, "0123456789");
	size_t part = text[whole] == '.' ? strspn(text + whole + 1, "0123456789") : 0;
	char digits[16];

	if (!whole || whole > 9 || part > 3)
		return false;
	if (text[whole] && (text[whole] != '.' || !part || text[whole + 1 + part]))
		return false;
	memset(digits, '0', sizeof(digits));
	memcpy(digits, text, whole);
	memcpy(digits + whole, text + whole + 1, part);
	digits[whole + 3] = '\0';
	*milliseconds = strtoull(digits, NULL, 10);
	return true;
}

/**
 * option_seconds() - read a time in seconds, such as 2 or 0.5
 * @state: argp's state
 * @option: the option's name as the user wrote it, for the message
 * @text: what it was given
 * @lowest_ms: the shortest time that is allowed
 * @highest_ms: the longest
 *
 * Return: milliseconds. A wrong time ends the program with the status for usage.
 */
u64 option_seconds(struct argp_state *state, const char *option, const char *text,
		   u64 lowest_ms, u64 highest_ms)
{
	u64 value = 0;

	if (!read_milliseconds(text, &value))
		argp_error(state, "%s: '%s' is not a time in seconds, such as 2 or 0.5", option,
			   text);
	if (value < lowest_ms || value > highest_ms)
		argp_error(state, "%s: %s is out of range; give %g to %g seconds", option, text,
			   lowest_ms / 1000.0, highest_ms / 1000.0);
	return value;
}
