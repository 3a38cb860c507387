// SPDX-License-Identifier: GPL-2.0-only
/*
 * Formatting numbers and words. Owns: the meaning of a format. Portable: it compiles in user
 * space too.
 */
#include <stdarg.h>

#include <linux/types.h>

#include "base/base.h"

/**
 * struct text - where it goes
 * @to:     the first byte
 * @size:   how many there are
 * @length: how many have been produced so far, whether or not they fit
 */
struct text {
	char *to;
	size_t size;
	size_t length;
};

/**
 * struct directive - one directive of a format
 * @width: the minimum width
 * @pad:   the character that fills it
 * @wide:  the number has 64 bits
 * @kind:  the letter
 */
struct directive {
	u32 width;
	char pad;
	bool wide;
	char kind;
};

static void put(struct text *text, char byte)
{
	if (text->length + 1 < text->size)
		text->to[text->length] = byte;
	text->length++;
}

static void put_word(struct text *text, const char *word)
{
	while (*word)
		put(text, *word++);
}

static void put_number(struct text *text, u64 value, u32 base, const struct directive *how)
{
	char digits[20];
	u32 count = 0, width;

	do {
		digits[count++] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value);
	for (width = how->width; width > count; width--)
		put(text, how->pad);
	while (count)
		put(text, digits[--count]);
}

static void put_signed(struct text *text, s64 value, const struct directive *how)
{
	if (value < 0) {
		put(text, '-');
		put_number(text, -(u64)value, 10, how);
		return;
	}
	put_number(text, value, 10, how);
}

static const char *read_directive(const char *format, struct directive *how)
{
	*how = (struct directive){ .pad = ' ' };
	if (*format == '0') {
		how->pad = '0';
		format++;
	}
	for (; *format >= '0' && *format <= '9'; format++)
		how->width = how->width * 10 + *format - '0';
	for (; *format == 'l' || *format == 'z'; format++)
		how->wide = true;
	how->kind = *format;
	return *format ? format + 1 : format;
}

size_t print_to(char *to, size_t size, const char *format, va_list list)
{
	struct text text = { to, size, 0 };
	struct directive how;

	while (*format) {
		if (*format != '%') {
			put(&text, *format++);
			continue;
		}
		format = read_directive(format + 1, &how);
		switch (how.kind) {
		case 's':
			put_word(&text, va_arg(list, const char *));
			break;
		case 'c':
			put(&text, va_arg(list, int));
			break;
		case 'd':
			put_signed(&text, how.wide ? va_arg(list, s64) : va_arg(list, s32), &how);
			break;
		case 'u':
			put_number(&text, how.wide ? va_arg(list, u64) : va_arg(list, u32), 10,
				   &how);
			break;
		case 'p':
			how.wide = true;
			fallthrough;
		case 'x':
			put_number(&text, how.wide ? va_arg(list, u64) : va_arg(list, u32), 16,
				   &how);
			break;
		default:
			put(&text, how.kind);
		}
	}
	if (size)
		to[text.length < size ? text.length : size - 1] = 0;
	return text.length;
}
