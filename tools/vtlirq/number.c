// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Numbers as people write them: decimal or 0x, and lists of them.
 *
 * Owns: which spellings are numbers, and what is said about a wrong one.
 * Knows nothing of what the numbers stand for.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "number.h"

/**
 * number_parse() - read a whole number, decimal or with 0x in front
 * @text: the text, nothing before or after the number
 * @value: where the number goes
 *
 * A leading zero does not make it octal: 010 is ten. Numbers above S64_MAX
 * are refused, since JSON readers hold them in a signed 64-bit integer.
 *
 * Return: 0, -EINVAL if it is no number, -ERANGE if it is too large.
 */
int number_parse(const char *text, u64 *value)
{
	bool hexadecimal = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
	const char *digits = hexadecimal ? text + 2 : text;
	const char *allowed = hexadecimal ? "0123456789abcdefABCDEF" : "0123456789";

	/* strtoull() would take a sign, spaces, and a second 0x. */
	if (!*digits || digits[strspn(digits, allowed)])
		return -EINVAL;
	errno = 0;
	*value = strtoull(digits, NULL, hexadecimal ? 16 : 10);
	if (errno == ERANGE || *value > S64_MAX)
		return -ERANGE;
	return 0;
}

/**
 * number_option() - read the number that an option was given
 * @state: argp's state
 * @option: the option's name as the user wrote it, for the message
 * @text: the text after it
 * @lowest: the smallest number that is allowed
 * @highest: the largest
 *
 * Return: the number. A wrong one ends the program with the status for usage.
 */
u64 number_option(struct argp_state *state, const char *option, const char *text,
		  u64 lowest, u64 highest)
{
	u64 value = 0;
	int error = number_parse(text, &value);

	if (error == -EINVAL)
		argp_error(state, "%s: '%s' is not a number; give %llu to %llu, decimal or 0x...",
			   option, text, lowest, highest);
	if (error || value < lowest || value > highest)
		argp_error(state, "%s: %s is out of range; give %llu to %llu (0x%llx to 0x%llx)",
			   option, text, lowest, highest, lowest, highest);
	return value;
}

/**
 * number_list_add() - add a number, unless it is there
 * @list: the list, all zero at first
 * @value: the number
 */
void number_list_add(struct number_list *list, unsigned int value)
{
	size_t at = 0;

	while (at < list->count && list->values[at] < value)
		at++;
	if (at < list->count && list->values[at] == value)
		return;
	list->values = memory_grow(list->values, list->count + 1, sizeof(*list->values));
	memmove(&list->values[at + 1], &list->values[at],
		(list->count - at) * sizeof(*list->values));
	list->values[at] = value;
	list->count++;
}

/**
 * number_list_has() - is this number in the list?
 * @list: the list
 * @value: the number
 *
 * Return: true if it is.
 */
bool number_list_has(const struct number_list *list, unsigned int value)
{
	for (size_t i = 0; i < list->count; i++) {
		if (list->values[i] == value)
			return true;
	}
	return false;
}

/**
 * number_list_free() - give the memory of a list back
 * @list: the list, empty afterwards
 */
void number_list_free(struct number_list *list)
{
	free(list->values);
	*list = (struct number_list){};
}

/* How many numbers from @at on follow each other without a gap. */
static size_t length_of_run(const struct number_list *list, size_t at)
{
	size_t end = at + 1;

	while (end < list->count && list->values[end] == list->values[end - 1] + 1)
		end++;
	return end - at;
}

/**
 * number_list_format() - write a list as the kernel does: 0-3,5
 * @list: the list
 *
 * Return: the text, to be given to free(); "none" for an empty list.
 */
char *number_list_format(const struct number_list *list)
{
	char *text = memory_format("%s", list->count ? "" : "none");

	for (size_t i = 0; i < list->count;) {
		size_t length = length_of_run(list, i);
		char *longer;

		longer = memory_format(length > 1 ? "%s%s%u-%u" : "%s%s%u", text, i ? "," : "",
				       list->values[i], list->values[i + length - 1]);
		free(text);
		text = longer;
		i += length;
	}
	return text;
}
