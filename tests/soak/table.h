/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Lines for people: a row a second, the heads of the columns now and then.
 */
#ifndef _TESTS_SOAK_TABLE_H
#define _TESTS_SOAK_TABLE_H

#include <stdint.h>
#include <stdio.h>

#define TABLE_HEAD_EVERY	20

/* Begins a row; every so often with the line @head before it. */
void table_row(const char *head, unsigned int second);

/* A figure, right under the head's column. */
void table_cell(int width, uint64_t value);

/* Ends it. */
void table_end(void);

/* A number as people write it: 1,234,567. In one of a few places, used in turn. */
const char *table_number(uint64_t value);

#endif /* _TESTS_SOAK_TABLE_H */
