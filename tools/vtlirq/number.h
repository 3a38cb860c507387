/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef VTLIRQ_NUMBER_H
#define VTLIRQ_NUMBER_H

#include <argp.h>
#include <stdbool.h>
#include <stddef.h>

#include "types.h"

/* The run page's index in the VTL file has 16 bits for the VP. */
#define CPU_LIMIT	65535
#define VECTOR_LIMIT	255
/* Vectors below this one are the CPU's exceptions; a local APIC refuses them. */
#define FIRST_APIC_VECTOR	16
/* The kernel gives no process a higher number. */
#define PID_LIMIT	4194304
/* A year; longer than anybody holds a mapping by hand. */
#define SECONDS_LIMIT	(366 * 24 * 3600)

/**
 * struct number_list - numbers that an option was given, each once, ascending
 * @count: how many
 * @values: the numbers
 */
struct number_list {
	size_t count;
	unsigned int *values;
};

int number_parse(const char *text, u64 *value);
u64 number_option(struct argp_state *state, const char *option, const char *text,
		  u64 lowest, u64 highest);

void number_list_add(struct number_list *list, unsigned int value);
bool number_list_has(const struct number_list *list, unsigned int value);
void number_list_free(struct number_list *list);
char *number_list_format(const struct number_list *list);

#endif /* VTLIRQ_NUMBER_H */
