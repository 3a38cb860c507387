// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * How "vtlirq watch" shows what it takes: a line per interrupt as it is taken, and a
 * summary per VP and vector, as text or as one JSON object per line.
 *
 * Owns: the looks. Knows nothing of the run page.
 */
#include <jansson.h>
#include <stdio.h>

#include "json.h"
#include "stop.h"
#include "table.h"
#include "watch_print.h"

static double seconds(u64 nanoseconds)
{
	return (double)nanoseconds / NANOSECONDS_PER_SECOND;
}

/**
 * watch_print_heading() - print the names of the columns
 */
void watch_print_heading(void)
{
	printf("%12s  %5s  %6s  %8s\n", "SECONDS", "VP", "VECTOR", "COUNT");
}

/**
 * watch_print_event() - print an interrupt that was taken
 * @json: as JSON
 * @when: nanoseconds since the start
 * @vp: the VP
 * @vector: the vector
 * @count: how often this vector of this VP was taken so far
 */
void watch_print_event(bool json, u64 when, unsigned int vp, unsigned int vector,
		       u64 count)
{
	if (!json) {
		printf("%12.6f  %5u    0x%02x  %8llu\n", seconds(when), vp, vector, count);
		return;
	}
	json_show(json_pack("{s:s,s:o,s:o,s:o,s:o}", "type", "interrupt",
			    "time_ns", json_number(when),
			    "vp", json_number(vp),
			    "vector", json_number(vector),
			    "count", json_number(count)), true);
}

static void add_row(struct table *table, unsigned int vp, unsigned int vector,
		    const struct tally *tally)
{
	table_cell(table, "%u", vp);
	table_cell(table, "0x%02x", vector);
	table_cell(table, "%llu", tally->count);
	table_cell(table, "%.6f", seconds(tally->first));
	table_cell(table, "%.6f", seconds(tally->last));
}

static void print_tallies(const unsigned int *vps, size_t vp_count, const struct tally *tallies)
{
	struct table table = { .width = 5 };

	table_cell(&table, "VP");
	table_cell(&table, "VECTOR");
	table_cell(&table, "COUNT");
	table_cell(&table, "FIRST");
	table_cell(&table, "LAST");
	for (size_t i = 0; i < vp_count * VECTORS; i++) {
		if (tallies[i].count)
			add_row(&table, vps[i / VECTORS], i % VECTORS, &tallies[i]);
	}
	table_print(&table, stdout);
	putchar('\n');
	table_free(&table);
}

/**
 * watch_print_text_summary() - print the table at the end
 * @vps: the VPs that were watched
 * @vp_count: how many
 * @tallies: VECTORS of them for each VP
 * @sums: what was seen altogether
 */
void watch_print_text_summary(const unsigned int *vps, size_t vp_count,
			      const struct tally *tallies, const struct watch_sums *sums)
{
	putchar('\n');
	if (sums->shown)
		print_tallies(vps, vp_count, tallies);
	printf("%llu interrupt%s taken in %.3f s from %zu VP%s", sums->shown,
	       plural(sums->shown), seconds(sums->elapsed), vp_count, plural(vp_count));
	if (sums->hidden)
		printf("; %llu more, of other vectors, taken and not shown", sums->hidden);
	putchar('\n');
}

/**
 * watch_print_json_summary() - print the summary as one JSON object
 * @vps: the VPs that were watched
 * @vp_count: how many
 * @tallies: VECTORS of them for each VP
 * @sums: what was seen altogether
 */
void watch_print_json_summary(const unsigned int *vps, size_t vp_count,
			      const struct tally *tallies, const struct watch_sums *sums)
{
	json_t *vectors = json_array();
	json_t *watched = json_array();

	for (size_t i = 0; i < vp_count; i++)
		json_array_append_new(watched, json_number(vps[i]));
	for (size_t i = 0; i < vp_count * VECTORS; i++) {
		if (!tallies[i].count)
			continue;
		json_array_append_new(vectors,
				      json_pack("{s:o,s:o,s:o,s:o,s:o}",
						"vp", json_number(vps[i / VECTORS]),
						"vector", json_number(i % VECTORS),
						"count", json_number(tallies[i].count),
						"first_ns", json_number(tallies[i].first),
						"last_ns", json_number(tallies[i].last)));
	}
	json_show(json_pack("{s:s,s:o,s:o,s:o,s:o,s:o}", "type", "summary",
			    "time_ns", json_number(sums->elapsed),
			    "vps", watched,
			    "vectors", vectors,
			    "shown", json_number(sums->shown),
			    "hidden", json_number(sums->hidden)), true);
}
