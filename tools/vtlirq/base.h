/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef VTLIRQ_BASE_H
#define VTLIRQ_BASE_H

#include <stdbool.h>
#include <stddef.h>

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

#endif /* VTLIRQ_BASE_H */
