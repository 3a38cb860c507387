// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Tables for people: cells are collected first, so that each column becomes as
 * wide as its widest cell, and printed aligned to the right.
 *
 * Owns: how tables, ages and counted nouns look. Knows nothing of what stands in the cells.
 * No cell holds a space, so that awk and sort find the same columns.
 */
#include <stdlib.h>
#include <string.h>

#include "table.h"

/**
 * table_cell() - add the next cell
 * @table: the table, all zero at first except for its width
 * @format: as for printf()
 */
void table_cell(struct table *table, const char *format, ...)
{
	va_list arguments;

	table->cells = memory_grow(table->cells, table->count + 1, sizeof(*table->cells));
	va_start(arguments, format);
	table->cells[table->count++] = memory_vformat(format, arguments);
	va_end(arguments);
}

/**
 * table_take() - add the next cell, which was made for it
 * @table: the table
 * @cell: from memory_format() and the like; it is given to free()
 */
void table_take(struct table *table, char *cell)
{
	table_cell(table, "%s", cell);
	free(cell);
}

static void measure(const struct table *table, int widths[])
{
	memset(widths, 0, TABLE_WIDTH_LIMIT * sizeof(*widths));
	for (size_t i = 0; i < table->count; i++) {
		int length = strlen(table->cells[i]);
		int *width = &widths[i % table->width];

		if (*width < length)
			*width = length;
	}
}

/**
 * table_print() - print all rows
 * @table: the table
 * @stream: where to
 */
void table_print(const struct table *table, FILE *stream)
{
	int widths[TABLE_WIDTH_LIMIT];

	measure(table, widths);
	for (size_t i = 0; i < table->count; i++) {
		size_t column = i % table->width;
		bool is_last = column + 1 == table->width;
		int width = is_last && table->has_words_last ? 0 : widths[column];

		fprintf(stream, "%s%*s%s", column ? "  " : "", width, table->cells[i],
			is_last ? "\n" : "");
	}
}

/**
 * table_free() - give the memory of a table back
 * @table: the table; it keeps its width and can be filled again
 */
void table_free(struct table *table)
{
	for (size_t i = 0; i < table->count; i++)
		free(table->cells[i]);
	free(table->cells);
	table->cells = NULL;
	table->count = 0;
}

/**
 * age_format() - write a duration with the two units that matter
 * @milliseconds: the duration
 *
 * Return: for example 850ms, 4.2s, 3m07s, 5h02m or 12d03h, to be given to free().
 */
char *age_format(u64 milliseconds)
{
	u64 seconds = milliseconds / 1000;

	if (seconds < 1)
		return memory_format("%llums", milliseconds);
	if (seconds < 60)
		return memory_format("%llu.%llus", seconds,
				     milliseconds % 1000 / 100);
	if (seconds < 3600)
		return memory_format("%llum%02llus", seconds / 60, seconds % 60);
	if (seconds < 24 * 3600)
		return memory_format("%lluh%02llum", seconds / 3600,
				     seconds / 60 % 60);
	return memory_format("%llud%02lluh", seconds / (24 * 3600),
			     seconds / 3600 % 24);
}

/**
 * plural() - the ending of a noun that is counted
 * @count: how many
 *
 * Return: "" for one, else "s".
 */
const char *plural(u64 count)
{
	return count == 1 ? "" : "s";
}
