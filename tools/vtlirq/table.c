// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Shows structures as a table, as JSON, or as lines of "key=value", all from one
 * definition of their columns.
 *
 * Owns: how a value of each kind looks. No cell but the last one of a line holds a space,
 * so that awk and sort see the same columns.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base.h"

#define NO_VALUE	"-"

static const void *member_of(const struct column *column, const void *row)
{
	return (const char *)row + column->offset;
}

static u64 number_of(const struct column *column, const void *row)
{
	const void *member = member_of(column, row);

	return column->size == sizeof(u32) ? *(const u32 *)member : *(const u64 *)member;
}

/* NULL if there is none. */
static const char *text_of(const struct column *column, const void *row)
{
	const char *text = member_of(column, row);

	if (column->kind == STRING)
		return *(const char * const *)text;
	return *text ? text : NULL;
}

/* With the two units that matter. */
static char *age_text(u64 milliseconds)
{
	u64 seconds = milliseconds / 1000;

	if (seconds < 1)
		return memory_format("%llums", milliseconds);
	if (seconds < 60)
		return memory_format("%llu.%llus", seconds, milliseconds % 1000 / 100);
	if (seconds < 3600)
		return memory_format("%llum%02llus", seconds / 60, seconds % 60);
	if (seconds < 24 * 3600)
		return memory_format("%lluh%02llum", seconds / 3600, seconds / 60 % 60);
	return memory_format("%llud%02lluh", seconds / (24 * 3600), seconds / 3600 % 24);
}

static char *number_text(const struct column *column, u64 number)
{
	if (number == UNKNOWN)
		return memory_format(NO_VALUE);
	switch (column->kind) {
	case HEX:
		return memory_format("0x%02llx", number);
	case HEX_TEXT:
		return memory_format("0x%llx", number);
	case LIMIT:
		return number ? memory_format("%llu", number) : memory_format("none");
	case FLAG:
		return memory_format(number ? "yes" : "no");
	case AGE:
		return age_text(number);
	default:
		return memory_format("%llu", number);
	}
}

static char *cell_text(const struct column *column, const void *row)
{
	const char *text;
	double rate;

	switch (column->kind) {
	case RATE:
		rate = *(const double *)member_of(column, row);
		if (rate < 0)
			return memory_format(NO_VALUE);
		return memory_format(rate < 99.95 ? "%.1f" : "%.0f", rate);
	case TEXT:
	case STRING:
		text = text_of(column, row);
		return memory_format("%s", text ? text : NO_VALUE);
	default:
		return number_text(column, number_of(column, row));
	}
}

static void cell_json(const struct column *column, const void *row)
{
	char *text;

	switch (column->kind) {
	case RATE:
		json_rate(column->key, *(const double *)member_of(column, row));
		break;
	case TEXT:
	case STRING:
		json_text(column->key, text_of(column, row));
		break;
	case FLAG:
		json_flag(column->key, number_of(column, row));
		break;
	case HEX_TEXT:
		text = cell_text(column, row);
		json_text(column->key, text);
		free(text);
		break;
	default:
		json_number(column->key, number_of(column, row));
	}
}

static bool is_shown(const struct column *column, bool all)
{
	return column->heading && (all || column->show != ON_REQUEST);
}

/* The cell of a row, or the heading in row 0. */
static char *cell_at(const struct columns *columns, size_t column, const void *rows, size_t row)
{
	const struct column *where = &columns->all[column];

	if (!row)
		return memory_format("%s", where->heading);
	return cell_text(where, (const char *)rows + (row - 1) * columns->row_size);
}

/* A column of words that is the last one is not aligned. */
static int width_of(const struct columns *columns, size_t column, const void *rows, size_t count)
{
	enum kind kind = columns->all[column].kind;
	size_t width = 0;

	if (column + 1 == columns->count && (kind == TEXT || kind == STRING))
		return 0;
	for (size_t row = 0; row <= count; row++) {
		char *cell = cell_at(columns, column, rows, row);

		width = strlen(cell) > width ? strlen(cell) : width;
		free(cell);
	}
	return width;
}

/*
 * Prints a table: a line of headings, and a line per row. The columns that are ON_REQUEST are
 * left out unless @all.
 */
void table_print(FILE *stream, const struct columns *columns, const void *rows, size_t count,
		 bool all)
{
	int widths[COLUMNS_MAX];

	for (size_t i = 0; i < columns->count; i++)
		widths[i] = is_shown(&columns->all[i], all) ? width_of(columns, i, rows, count) : 0;
	for (size_t row = 0; row <= count; row++) {
		const char *separator = "";

		for (size_t i = 0; i < columns->count; i++) {
			char *cell;

			if (!is_shown(&columns->all[i], all))
				continue;
			cell = cell_at(columns, i, rows, row);
			fprintf(stream, "%s%*s", separator, widths[i], cell);
			separator = "  ";
			free(cell);
		}
		fputc('\n', stream);
	}
}

/* Writes a row as a JSON object. */
void row_json(const char *key, const struct columns *columns, const void *row)
{
	json_open(key, '{');
	for (size_t i = 0; i < columns->count; i++) {
		if (columns->all[i].key)
			cell_json(&columns->all[i], row);
	}
	json_close('}');
}

/* Writes rows as a JSON array of objects. */
void table_json(const char *key, const struct columns *columns, const void *rows, size_t count)
{
	json_open(key, '[');
	for (size_t i = 0; i < count; i++)
		row_json(NULL, columns, (const char *)rows + i * columns->row_size);
	json_close(']');
}

/* Prints the columns of a row that are IN_RECORD as a line of "key=value"; or all as JSON. */
void record_print(const struct columns *columns, const void *row, bool json)
{
	const char *separator = "";

	for (size_t i = 0; !json && i < columns->count; i++) {
		char *cell;

		if (columns->all[i].show != IN_RECORD)
			continue;
		cell = cell_text(&columns->all[i], row);
		printf("%s%s=%s", separator, columns->all[i].key, cell);
		separator = " ";
		free(cell);
	}
	if (json)
		row_json(NULL, columns, row);
	putchar('\n');
}

/* Writes problems as the JSON array "problems". */
void problems_json(const struct problem_list *list)
{
	static const struct column all[] = {
		COLUMN(NULL, "what", TEXT, struct problem, what),
		COLUMN(NULL, "next", TEXT, struct problem, next),
	};
	static const struct columns columns = COLUMNS(all, struct problem);

	table_json("problems", &columns, list->problems, list->count);
}
