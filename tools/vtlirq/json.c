// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Writes JSON to standard output while the values are produced: one text on one line.
 *
 * Owns: commas, quotes and escapes. The caller closes what it opens, and gives each value
 * of an object a key and each element of an array NULL instead.
 */
#include <stdio.h>

#include "base.h"

/* How many brackets are open, and whether the next value follows another one. */
static unsigned int depth;
static bool needs_comma;

static void write_string(const char *text)
{
	putchar('"');
	for (; *text; text++) {
		unsigned char letter = *text;

		/* Bytes above 0x7e may be no valid UTF-8, and a reader would refuse all of it. */
		if (letter < ' ' || letter > '~')
			printf("\\u%04x", letter);
		else if (letter == '"' || letter == '\\')
			printf("\\%c", letter);
		else
			putchar(letter);
	}
	putchar('"');
}

static void begin_value(const char *key)
{
	if (needs_comma)
		putchar(',');
	needs_comma = true;
	if (!key)
		return;
	write_string(key);
	putchar(':');
}

/* Begins an object or an array. */
void json_open(const char *key, char bracket)
{
	begin_value(key);
	putchar(bracket);
	needs_comma = false;
	depth++;
}

/* Ends an object or an array. */
void json_close(char bracket)
{
	putchar(bracket);
	needs_comma = --depth > 0;
}

/* Writes a number. */
void json_number(const char *key, u64 number)
{
	begin_value(key);
	if (number == UNKNOWN)
		printf("null");
	else
		printf("%llu", number);
}

/* Writes a rate. */
void json_rate(const char *key, double rate)
{
	begin_value(key);
	if (rate < 0)
		printf("null");
	else
		printf("%.3f", rate);
}

/* Writes true or false. */
void json_flag(const char *key, bool flag)
{
	begin_value(key);
	printf(flag ? "true" : "false");
}

/* Writes a string. */
void json_text(const char *key, const char *text)
{
	begin_value(key);
	if (text)
		write_string(text);
	else
		printf("null");
}

/* Ends the object that is the whole text. */
void json_end(void)
{
	json_close('}');
	putchar('\n');
	fflush(stdout);
}
