// SPDX-License-Identifier: GPL-2.0-only
/*
 * Operations on strings of bytes; see the C library's manual for each function.
 */
#include "base/base.h"

void *memset(void *to, int byte, size_t count)
{
	void *place = to;

	asm volatile("rep stosb" : "+D" (place), "+c" (count) : "a" (byte) : "memory");
	return to;
}

void *memcpy(void *to, const void *from, size_t count)
{
	void *place = to;

	asm volatile("rep movsb" : "+D" (place), "+S" (from), "+c" (count) : : "memory");
	return to;
}

void *memmove(void *to, const void *from, size_t count)
{
	u8 *last_to = to + count - 1;
	const u8 *last_from = from + count - 1;

	if (to <= from || to >= from + count)
		return memcpy(to, from, count);
	asm volatile("std; rep movsb; cld"
		     : "+D" (last_to), "+S" (last_from), "+c" (count) : : "memory");
	return to;
}

int memcmp(const void *a, const void *b, size_t count)
{
	const u8 *x = a, *y = b;

	for (; count; count--, x++, y++) {
		if (*x != *y)
			return *x - *y;
	}
	return 0;
}

size_t strlen(const char *text)
{
	size_t length = 0;

	while (text[length])
		length++;
	return length;
}

char *strstr(const char *text, const char *word)
{
	size_t length = strlen(word), left = strlen(text);

	for (; left >= length; text++, left--) {
		if (!memcmp(text, word, length))
			return (char *)text;
	}
	return NULL;
}
