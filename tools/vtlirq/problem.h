/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef VTLIRQ_PROBLEM_H
#define VTLIRQ_PROBLEM_H

#include "memory.h"

/**
 * struct problem - something that went wrong, told to the person who can act
 * @what: what failed, and why
 * @next: what to do next
 */
struct problem {
	char what[384];
	char next[384];
};

/**
 * struct problem_list - problems in the order in which they were found
 * @count: how many
 * @problems: the problems
 */
struct problem_list {
	size_t count;
	struct problem *problems;
};

void problem_what(struct problem *problem, const char *format, ...) __printf(2, 3);
void problem_next(struct problem *problem, const char *format, ...) __printf(2, 3);
void problem_print(const struct problem *problem);
struct problem *problem_list_add(struct problem_list *list);
void problem_list_print(const struct problem_list *list);
void problem_list_free(struct problem_list *list);
void note_print(const char *format, ...) __printf(1, 2);

#endif /* VTLIRQ_PROBLEM_H */
