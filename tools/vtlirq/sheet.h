/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef VTLIRQ_SHEET_H
#define VTLIRQ_SHEET_H

#include <stddef.h>

#include "problem.h"
#include "types.h"

#define WORD_SIZE	16

/**
 * enum field_kind - how a cell is read
 * @FIELD_NUMBER: a number into a u64
 * @FIELD_IDENTIFIER: a number into an s64; "-" gives IDENTIFIER_UNKNOWN
 * @FIELD_WORD: a word into a char[WORD_SIZE]
 */
enum field_kind {
	FIELD_NUMBER,
	FIELD_IDENTIFIER,
	FIELD_WORD,
};

#define IDENTIFIER_UNKNOWN	(-1)

/**
 * struct field - a column that is wanted, and where its value goes
 * @name: what the first line of the file calls it
 * @kind: how its cells are read
 * @offset: of the value in the row's structure
 */
struct field {
	const char *name;
	enum field_kind kind;
	size_t offset;
};

/**
 * struct sheet_form - what a file of rows is read into
 * @fields: the columns that are wanted
 * @field_count: how many
 * @row_size: bytes of the structure that takes one row
 */
struct sheet_form {
	const struct field *fields;
	size_t field_count;
	size_t row_size;
};

int file_read(const char *path, char **text, int *error);
int sheet_read(const char *path, char *text, const struct sheet_form *form, void **rows,
	       size_t *count, struct problem *problem);

#endif /* VTLIRQ_SHEET_H */
