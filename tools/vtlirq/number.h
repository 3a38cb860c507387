/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef VTLIRQ_NUMBER_H
#define VTLIRQ_NUMBER_H

#include "base.h"

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

#endif /* VTLIRQ_NUMBER_H */
