// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Memory that is either had, or the program ends.
 *
 * Owns: the decision that a command line tool without memory says so and ends
 * with status 1. Whatever it held of the driver goes with its open files.
 * Knows nothing of what the memory is for.
 */
#include <stdio.h>
#include <stdlib.h>
#include <errno.h>

#include "memory.h"

static void out_of_memory(void)
{
	fprintf(stderr, "%s: out of memory\n", program_invocation_short_name);
	exit(EXIT_FAILURE);
}

/**
 * memory_grow() - make an array larger, or end the program
 * @old: the array so far, or NULL
 * @count: how many elements it is to have, at least 1
 * @size: bytes of one element
 *
 * Return: the array, which may have moved; what is new in it is not initialized.
 */
void *memory_grow(void *old, size_t count, size_t size)
{
	void *new = reallocarray(old, count, size);

	if (!new)
		out_of_memory();
	return new;
}

/**
 * memory_vformat() - print into a string of its own, or end the program
 * @format: as for printf()
 * @arguments: what @format asks for
 *
 * Return: the string, to be given to free().
 */
char *memory_vformat(const char *format, va_list arguments)
{
	char *text;

	if (vasprintf(&text, format, arguments) < 0)
		out_of_memory();
	return text;
}

/**
 * memory_format() - print into a string of its own, or end the program
 * @format: as for printf()
 *
 * Return: the string, to be given to free().
 */
char *memory_format(const char *format, ...)
{
	va_list arguments;
	char *text;

	va_start(arguments, format);
	text = memory_vformat(format, arguments);
	va_end(arguments);
	return text;
}
