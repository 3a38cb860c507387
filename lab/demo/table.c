// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Prints the demo's last table; see demo.h.
 *
 * Owns: which cells come from this run, and which come from the bench and are marked. A cell
 * is "-" if there is nothing to count, or if it was not measured.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "demo.h"

#define LINE_LENGTH	512
#define NAME_LENGTH	96
#define CELL_LENGTH	24
#define MARK		"*"
#define NOTHING		"-"

/* The columns in their order, and below the bench's names for them. */
enum column { NATIVE, REDIRECTED, PROXIED, KVM, COLUMNS };

static const char * const bench_names[COLUMNS] = { "native", "redirected", "proxied", "kvm" };

/**
 * struct table - the cells of a row, and their sources
 * @figures: the bench's lines
 * @runs:    the runs of this demo, by column; NULL if there is no such run
 */
struct table {
	FILE *figures;
	const struct table_run *runs[COLUMNS];
	char cells[COLUMNS][CELL_LENGTH];
};

/* Read the figure of a line, if the line has that name. */
static bool line_read(const char *line, const char *name, double *figure)
{
	static const char * const keys[] = { "\"median\":", "\"value\":" };
	char wanted[NAME_LENGTH + 16];
	const char *place;
	unsigned int i;

	snprintf(wanted, sizeof(wanted), "\"name\":\"%s\"", name);
	if (!strstr(line, wanted))
		return false;
	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		place = strstr(line, keys[i]);
		if (place) {
			*figure = strtod(place + strlen(keys[i]), NULL);
			return true;
		}
	}
	return false;
}

static double figure_read(FILE *figures, enum column column, const char *what)
{
	char line[LINE_LENGTH], name[NAME_LENGTH];
	double figure;

	snprintf(name, sizeof(name), "%s, %s", bench_names[column], what);
	rewind(figures);
	while (fgets(line, sizeof(line), figures)) {
		if (line_read(line, name, &figure))
			return figure;
	}
	demo_give_up("the bench's figures lack \"%s\"", name);
}

static void thousands_write(uint64_t number, char *text)
{
	if (number < 1000)
		sprintf(text, "%" PRIu64, number);
	else if (number < 1000000)
		sprintf(text, "%" PRIu64 ",%03" PRIu64, number / 1000, number % 1000);
	else
		sprintf(text, "%" PRIu64 ",%03" PRIu64 ",%03" PRIu64, number / 1000000 % 1000,
			number / 1000 % 1000, number % 1000);
}

static void cell_nothing(struct table *table, enum column column)
{
	strcpy(table->cells[column], NOTHING);
}

static void cell_count(struct table *table, enum column column, uint64_t count)
{
	thousands_write(count, table->cells[column]);
}

static void cell_quotient(struct table *table, enum column column, uint64_t count, uint64_t of)
{
	snprintf(table->cells[column], CELL_LENGTH, "%.3f", of ? (double)count / of : 0);
}

static void cell_bench(struct table *table, enum column column, const char *what)
{
	thousands_write(figure_read(table->figures, column, what), table->cells[column]);
	strcat(table->cells[column], MARK);
}

static void row_print(const struct table *table, const char *name)
{
	unsigned int i;

	printf("  %-34s", name);
	for (i = 0; i < COLUMNS; i++)
		printf(" %12s", table->cells[i]);
	putchar('\n');
}

static void heading_print(void)
{
	printf("  %-34s %12s %12s %12s %12s\n", "", "native", "redirected", "proxied",
	       "KVM + VFIO");
}

/* Return a member of a run, by its offset in struct table_run. */
static uint64_t member(const struct table_run *run, size_t offset)
{
	return *(const uint64_t *)((const char *)run + offset);
}

/* Print a row of counts. @what is the bench's name for its cells; NULL if it has none. */
static void counts_print(struct table *table, const char *name, size_t offset, const char *what)
{
	unsigned int i;

	for (i = 0; i < COLUMNS; i++) {
		if (table->runs[i])
			cell_count(table, i, member(table->runs[i], offset));
		else if (what)
			cell_bench(table, i, what);
		else
			cell_nothing(table, i);
	}
	row_print(table, name);
}

static void quotients_print(struct table *table, const char *name, size_t offset, size_t of)
{
	unsigned int i;

	for (i = 0; i < COLUMNS; i++) {
		if (table->runs[i])
			cell_quotient(table, i, member(table->runs[i], offset),
				      member(table->runs[i], of));
		else
			cell_nothing(table, i);
	}
	row_print(table, name);
}

static void instructions_print(struct table *table, const char *name, const char *what)
{
	unsigned int i;

	for (i = 0; i < COLUMNS; i++)
		cell_bench(table, i, what);
	row_print(table, name);
}

void table_print(const char *figures, const struct table_run *redirected,
		 const struct table_run *proxied)
{
	struct table table = {
		.figures = fopen(figures, "re"),
		.runs = { [REDIRECTED] = redirected, [PROXIED] = proxied },
	};

	if (!table.figures)
		demo_give_up("%s cannot be read", figures);
	heading_print();
	counts_print(&table, "I/Os, verified", offsetof(struct table_run, verified), "I/Os");
	/* Natively and under KVM, our driver is not involved. */
	counts_print(&table, "interrupts relayed", offsetof(struct table_run, relayed), NULL);
	counts_print(&table, "  = handled by the guest", offsetof(struct table_run, handled),
		     "interrupts handled");
	counts_print(&table, "  + merged with one pending", offsetof(struct table_run, merged),
		     NULL);
	quotients_print(&table, "host exits / interrupt", offsetof(struct table_run, host_exits),
			offsetof(struct table_run, relayed));
	quotients_print(&table, "returns to user space / I/O", offsetof(struct table_run, returns),
			offsetof(struct table_run, ios));
	instructions_print(&table, "instructions / I/O, one at a time", "QD1: an I/O");
	instructions_print(&table, "instructions / I/O, 32 at a time", "QD32: an I/O");
	counts_print(&table, "seconds from power on to off", offsetof(struct table_run, seconds),
		     NULL);
	fclose(table.figures);
	printf("\n  " MARK " measured by bench/linux (docs/performance.md), not in this run: one CPU, reads alone. For\n"
	       "    VTL0, the emulated TDX module and the host stand below and are not counted.\n"
	       "  " NOTHING " nothing to count there, or not measured. Host exits are those of the disk's interrupts;\n"
	       "    returns to user space are those of the VPs' threads, for whatever reason.\n\n");
}
