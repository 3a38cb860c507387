/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef VTLIRQ_TABLE_H
#define VTLIRQ_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "memory.h"
#include "types.h"

#define TABLE_WIDTH_LIMIT	16

/**
 * struct table - text in aligned columns; the first row is the heading
 * @width: columns, at most TABLE_WIDTH_LIMIT
 * @has_words_last: the last column begins where it begins; all else ends at the right
 * @count: cells so far
 * @cells: the cells, row after row
 */
struct table {
	size_t width;
	bool has_words_last;
	size_t count;
	char **cells;
};

void table_cell(struct table *table, const char *format, ...) __printf(2, 3);
void table_take(struct table *table, char *cell);
void table_print(const struct table *table, FILE *stream);
void table_free(struct table *table);

char *age_format(u64 milliseconds);
const char *plural(u64 count);

#endif /* VTLIRQ_TABLE_H */
