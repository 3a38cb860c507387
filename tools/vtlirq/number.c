// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Numbers as people write them, decimal or with 0x, and sets of them.
 *
 * Owns: which spellings are numbers.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base.h"
#include "number.h"

/*
 * Read an unsigned integer, decimal or with 0x in front. A leading zero does not make it octal:
 * 010 is ten. Numbers above S64_MAX are refused, since JSON readers hold them in a signed 64-bit
 * integer. Returns 0, -EINVAL if it is no number, -ERANGE if it is too large.
 */
int number_parse(const char *text, u64 *value)
{
	bool hexadecimal = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
	const char *digits = hexadecimal ? text + 2 : text;
	const char *allowed = hexadecimal ? "0123456789abcdefABCDEF" : "0123456789";

	/* strtoull() would accept a sign, spaces, and a second 0x. */
	if (!*digits || digits[strspn(digits, allowed)])
		return -EINVAL;
	errno = 0;
	*value = strtoull(digits, NULL, hexadecimal ? 16 : 10);
	if (errno == ERANGE || *value > S64_MAX)
		return -ERANGE;
	return 0;
}

/* Add a number, unless it is there. */
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

/* Is this number in the set? */
bool number_list_has(const struct number_list *list, unsigned int value)
{
	for (size_t i = 0; i < list->count; i++) {
		if (list->values[i] == value)
			return true;
	}
	return false;
}

/* Free a set. */
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

/*
 * Write a set as the kernel does: 0-3,5. Returns the text, "none" for an empty set. The caller
 * frees it.
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
