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

/*
 * Reads an unsigned integer, decimal or with 0x in front. A leading zero does not make it octal:
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

/* Adds a number, unless it is there. */
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

/* Frees a set. */
void number_list_free(struct number_list *list)
{
	free(list->values);
	*list = (struct number_list){};
}

/* Writes a set as the kernel does, such as 0-3,5, or "none". The caller frees it. */
char *number_list_format(const struct number_list *list)
{
	char *text = memory_format("%s", list->count ? "" : "none");

	for (size_t i = 0, last; i < list->count; i = last + 1) {
		char *longer;

		for (last = i; last + 1 < list->count; last++) {
			if (list->values[last + 1] != list->values[last] + 1)
				break;
		}
		longer = memory_format(last > i ? "%s%s%u-%u" : "%s%s%u", text, i ? "," : "",
				       list->values[i], list->values[last]);
		free(text);
		text = longer;
	}
	return text;
}
