// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Reading text whose first line names its columns.
 *
 * Owns: finding each wanted column by its name, wherever it stands, and turning
 * each line into a structure. Columns that nobody wants are skipped, so that the
 * writer may add some.
 * Knows nothing of what the columns mean.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "number.h"
#include "sheet.h"

#define BLANKS		" \t\r"
#define COLUMN_LIMIT	64

/**
 * struct reading - where the reader stands, for its messages
 * @path: of the file
 * @line: number of the line, from 1
 * @columns: how many the first line names
 * @problem: where a message goes
 */
struct reading {
	const char *path;
	size_t line;
	size_t columns;
	struct problem *problem;
};

static int malformed(struct reading *reading, const char *why, const char *detail)
{
	problem_what(reading->problem, "%s, line %zu: %s%s", reading->path, reading->line, why,
		     detail);
	problem_next(reading->problem,
		     "use vtlirq and the driver of the same release, or report it");
	return -EBADMSG;
}

/**
 * file_read() - read a whole file of unknown size
 * @path: of the file
 * @text: the contents, a string, to be given to free()
 * @error: why it failed, positive, for the caller to explain
 *
 * Return: 0, or -1 with @error set and nothing to free.
 */
int file_read(const char *path, char **text, int *error)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *contents = NULL;
	size_t used = 0;
	ssize_t got = fd;

	if (fd >= 0) {
		do {
			contents = memory_grow(contents, used + 4096, 1);
			got = read(fd, contents + used, 4095);
			used += got > 0 ? got : 0;
		} while (got > 0 || (got < 0 && errno == EINTR));
	}
	*error = errno;
	if (fd >= 0)
		close(fd);
	if (got < 0) {
		free(contents);
		return -1;
	}
	contents[used] = '\0';
	*text = contents;
	return 0;
}

/* Cuts a line into words, in place. Returns how many there are. */
static size_t split(char *line, char *words[COLUMN_LIMIT])
{
	size_t count = 0;
	char *rest = NULL;
	char *word;

	for (word = strtok_r(line, BLANKS, &rest); word; word = strtok_r(NULL, BLANKS, &rest)) {
		if (count < COLUMN_LIMIT)
			words[count] = word;
		count++;
	}
	return count;
}

static int find_columns(struct reading *reading, char *line, const struct sheet_form *form,
			size_t position[])
{
	char *names[COLUMN_LIMIT];

	reading->columns = split(line, names);
	if (!reading->columns || reading->columns > COLUMN_LIMIT)
		return malformed(reading, "the line that names the columns is expected", "");
	for (size_t f = 0; f < form->field_count; f++) {
		size_t at = 0;

		while (at < reading->columns && strcmp(names[at], form->fields[f].name))
			at++;
		if (at == reading->columns)
			return malformed(reading, "no column is named ", form->fields[f].name);
		position[f] = at;
	}
	return 0;
}

static int read_cell(struct reading *reading, const struct field *field, const char *cell,
		     void *row)
{
	void *target = (char *)row + field->offset;

	if (field->kind == FIELD_WORD) {
		if (strlen(cell) >= WORD_SIZE)
			return malformed(reading, "too long a word: ", cell);
		memcpy(target, cell, strlen(cell) + 1);
		return 0;
	}
	if (field->kind == FIELD_IDENTIFIER && !strcmp(cell, "-")) {
		*(s64 *)target = IDENTIFIER_UNKNOWN;
		return 0;
	}
	if (!number_parse(cell, target))
		return 0;
	problem_what(reading->problem, "%s, line %zu: column %s holds '%s', not a number",
		     reading->path, reading->line, field->name, cell);
	problem_next(reading->problem, "report it: the driver wrote what it must not");
	return -EBADMSG;
}

static int read_row(struct reading *reading, char *line, const struct sheet_form *form,
		    const size_t position[], void *row)
{
	char *cells[COLUMN_LIMIT];
	int error = 0;

	if (split(line, cells) != reading->columns)
		return malformed(reading, "it has not as many columns as the first line names",
				 "");
	for (size_t f = 0; !error && f < form->field_count; f++)
		error = read_cell(reading, &form->fields[f], cells[position[f]], row);
	return error;
}

/**
 * sheet_read() - turn text with named columns into an array of structures
 * @path: where the text is from, for messages
 * @text: the text; it is cut up
 * @form: which columns are wanted, and where their values go
 * @rows: the array, to be given to free(); NULL if there is no row
 * @count: how many rows
 * @problem: what is said if it fails
 *
 * Return: 0, or -EBADMSG if the text is not as it should be; nothing to free then.
 */
int sheet_read(const char *path, char *text, const struct sheet_form *form, void **rows,
	       size_t *count, struct problem *problem)
{
	struct reading reading = { .path = path, .problem = problem };
	size_t position[COLUMN_LIMIT];
	char *line = strsep(&text, "\n");
	char *array = NULL;
	int error;

	reading.line = 1;
	*count = 0;
	error = find_columns(&reading, line, form, position);
	while (!error && (line = strsep(&text, "\n"))) {
		reading.line++;
		if (!line[strspn(line, BLANKS)])
			continue;
		array = memory_grow(array, *count + 1, form->row_size);
		error = read_row(&reading, line, form, position,
				 array + (*count)++ * form->row_size);
	}
	if (error) {
		free(array);
		array = NULL;
	}
	*rows = array;
	return error;
}
