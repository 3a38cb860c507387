/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef VTLIRQ_TABLE_H
#define VTLIRQ_TABLE_H

#include <stdio.h>

#include "base.h"

/**
 * enum kind - what a column holds, and so how a cell looks
 * @NUMBER: an unsigned integer of 4 or 8 bytes; UNKNOWN is "-", and null in JSON
 * @HEX: likewise, with 0x; a plain number in JSON
 * @HEX_TEXT: likewise, and a string in JSON, since JSON readers hold less than 64 bits
 * @LIMIT: a NUMBER whose 0 means that there is no limit: "none"
 * @FLAG: a NUMBER that is "yes" or "no", and true or false in JSON
 * @AGE: a NUMBER of milliseconds: "4.2s", and the number in JSON
 * @RATE: a double; a negative one is "-", and null in JSON
 * @TEXT: an array of char; an empty one is "-", and null in JSON
 * @STRING: a pointer to char; NULL is "-", and null in JSON
 */
enum kind { NUMBER, HEX, HEX_TEXT, LIMIT, FLAG, AGE, RATE, TEXT, STRING };

/**
 * enum show - where a column is shown besides JSON
 * @IN_TABLE: in tables
 * @ON_REQUEST: in tables only if all columns are requested
 * @IN_RECORD: in tables and in records
 */
enum show { IN_TABLE, ON_REQUEST, IN_RECORD };

/**
 * struct column - a member of a structure: how it is shown, as text and as JSON
 * @heading: of the column; NULL: it is only in JSON
 * @key: in JSON and in records; NULL: it is only in text
 * @kind: what it holds
 * @offset: of the member
 * @size: of the member
 * @show: where it is shown
 * @source: the driver's file and the column there that it is read from, such as "cpus/free";
 *          any file if it is "*"
 */
struct column {
	const char *heading;
	const char *key;
	enum kind kind;
	size_t offset;
	size_t size;
	enum show show;
	const char *source;
};

/**
 * struct columns - how a structure is shown
 * @all: the columns
 * @count: how many
 * @row_size: bytes of the structure
 */
struct columns {
	const struct column *all;
	size_t count;
	size_t row_size;
};

/* Further arguments initialize other members. */
#define COLUMN(name, json, how, type, member, ...)				\
	{ .heading = (name), .key = (json), .kind = (how),			\
	  .offset = offsetof(type, member), .size = sizeof(((type *)0)->member),	\
	  ##__VA_ARGS__ }
#define COLUMNS_MAX	32
#define COLUMNS(all, type)	{ all, sizeof(all) / sizeof((all)[0]), sizeof(type) }

void table_print(FILE *stream, const struct columns *columns, const void *rows, size_t count,
		 bool all);
void table_json(const char *key, const struct columns *columns, const void *rows, size_t count);
void row_json(const char *key, const struct columns *columns, const void *row);
void problems_json(const struct problem_list *list);
void record_print(const struct columns *columns, const void *row, bool json);

/* ---- json.c: one text on one line, an object ---- */

void json_end(void);
void json_open(const char *key, char bracket);
void json_close(char bracket);
void json_number(const char *key, u64 number);
void json_rate(const char *key, double rate);
void json_flag(const char *key, bool flag);
void json_text(const char *key, const char *text);

#endif /* VTLIRQ_TABLE_H */
