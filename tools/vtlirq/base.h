/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What each part of the command uses, and what knows of no driver.
 */
#ifndef VTLIRQ_BASE_H
#define VTLIRQ_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* The kernel's names for integers of a size, printed by %llu. */
typedef unsigned int u32;
typedef unsigned long long u64;

#define U32_MAX	(~(u32)0)
#define U64_MAX	(~(u64)0)
#define S64_MAX	((long long)(U64_MAX >> 1))

/* A u64 that has no value: an option that was not given, a counter that cannot be read. */
#define UNKNOWN	U64_MAX

/* Lets the compiler compare a printf-like function's arguments with its format. */
#define PRINTF_FORMAT(format, arguments)	__format__(__printf__, format, arguments)
#define __printf(format, arguments)	__attribute__((PRINTF_FORMAT(format, arguments)))

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))

/**
 * struct problem - something that failed, described for the person who can act
 * @what: what failed, and why
 * @next: what to do next
 */
struct problem {
	char what[384];
	char next[384];
};

/* Problems in the order in which they were found. */
struct problem_list {
	size_t count;
	struct problem *problems;
};

void *memory_grow(void *old, size_t count, size_t size);
char *memory_format(const char *format, ...) __printf(1, 2);
const char *plural(u64 count);

void problem_what(struct problem *problem, const char *format, ...) __printf(2, 3);
void problem_next(struct problem *problem, const char *format, ...) __printf(2, 3);
void problem_print(const struct problem *problem);
struct problem *problem_list_add(struct problem_list *list);
void problem_list_print(const struct problem_list *list);
void problem_list_free(struct problem_list *list);
void note_print(const char *format, ...) __printf(1, 2);

/* ---- number.c ---- */

/* The run page's index in the VTL file has 16 bits for the VP. */
#define CPU_LIMIT	65535
#define VECTOR_LIMIT	255
/* Lower vectors are the CPU's exceptions; a local APIC refuses them. */
#define FIRST_APIC_VECTOR	16
/* The kernel gives no process a higher number. */
#define PID_LIMIT	4194304

/**
 * struct number_list - a set of numbers, ascending
 * @count: how many
 * @values: the numbers
 */
struct number_list {
	size_t count;
	unsigned int *values;
};

int number_parse(const char *text, u64 *value);

void number_list_add(struct number_list *list, unsigned int value);
bool number_list_has(const struct number_list *list, unsigned int value);
void number_list_free(struct number_list *list);
char *number_list_format(const struct number_list *list);

/* ---- table.c ---- */

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

/* ---- stop.c ---- */

#define NANOSECONDS_PER_SECOND	1000000000ULL
#define NANOSECONDS_PER_MS	1000000ULL
#define NEVER			U64_MAX

u64 clock_now(void);
void stop_prepare(void);
int stop_wait_until(u64 deadline);
const char *stop_name(int number);
u64 hold_until(u64 hold_ms);

/* What stop_wait_input() returns instead of a signal. */
#define STOP_INPUT	(-1)

int stop_wait_input(u64 deadline, int fd);

#endif /* VTLIRQ_BASE_H */
