// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * vtlirq watch: stand where a VMM stands, take what the driver relays, and show it.
 *
 * Owns: the options, the loop over the run pages and when it ends, the counting.
 * Knows nothing of the order in which a run page is read, nor of how lines look.
 */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "cpu.h"
#include "options.h"
#include "run_page.h"
#include "stop.h"
#include "table.h"
#include "vtl_file.h"
#include "watch_print.h"

#define DEFAULT_INTERVAL_US	1000
#define LONGEST_INTERVAL_US	1000000

/**
 * struct watch_options - what the user asked for
 * @cpus: the VPs to watch; empty for all that are online
 * @vectors: the vectors to show; empty for all
 * @count: end after that many were shown; 0 for no end
 * @seconds: end after that time, if @has_seconds
 * @has_seconds: it was given
 * @interval: nanoseconds between two looks
 * @json: print JSON
 */
struct watch_options {
	struct number_list cpus;
	struct number_list vectors;
	u64 count;
	u64 seconds;
	bool has_seconds;
	u64 interval;
	bool json;
};

/**
 * struct watch - a watch under way
 * @chosen: what the user asked for
 * @vps: the VPs that are watched
 * @runs: their run pages
 * @tallies: VECTORS counts for each of them
 * @start: when it began
 * @sums: what was seen altogether
 */
struct watch {
	const struct watch_options *chosen;
	struct number_list vps;
	struct mshv_vtl_run **runs;
	struct tally *tallies;
	u64 start;
	struct watch_sums sums;
};

static const struct argp_option options[] = {
	{ "cpu", 'c', "N", 0, "Watch the VP of CPU N, not all of them; can be repeated", 0 },
	{ "vector", 'v', "V", 0, "Show only vector V of VTL0; can be repeated", 0 },
	{ "count", 'n', "N", 0, "End when N interrupts were shown", 0 },
	{ "seconds", 's', "S", 0, "End after S seconds; 0 looks once", 0 },
	{ "interval", 'i', "US", 0, "Look every US microseconds (default 1000)", 0 },
	JSON_OPTION("Print one JSON object per line"),
	{}
};

static error_t parse(int key, char *text, struct argp_state *state)
{
	struct watch_options *chosen = state->input;

	switch (key) {
	case 'c':
		option_cpu(state, text, &chosen->cpus);
		return 0;
	case 'v':
		number_list_add(&chosen->vectors,
				number_option(state, "--vector", text, 0, VECTOR_LIMIT));
		return 0;
	case 'n':
		chosen->count = number_option(state, "--count", text, 1, S64_MAX);
		return 0;
	case 's':
		chosen->seconds = number_option(state, "--seconds", text, 0, SECONDS_LIMIT);
		chosen->has_seconds = true;
		return 0;
	case 'i':
		chosen->interval = 1000 * number_option(state, "--interval", text, 1,
							LONGEST_INTERVAL_US);
		return 0;
	default:
		return option_common(key, text, state, &chosen->json);
	}
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.doc = "Take relayed interrupts from the run pages and print each as it is taken."
	       HELP_DETAILS
	       "WARNING: this takes the interrupts away from a VMM that runs at the same time,\n"
	       "and its guest then loses them. Use it where no VMM runs.\n"
	       "\n"
	       "Interrupts of one vector that arrive between two looks are one. Ends with a\n"
	       "summary, at Ctrl-C or as --count or --seconds says. Needs root.\n"
	       "See vtlirq-watch(1).",
};

static bool is_shown(const struct watch *watch, unsigned int vector)
{
	const struct number_list *vectors = &watch->chosen->vectors;

	return !vectors->count || number_list_has(vectors, vector);
}

static void note_interrupt(struct watch *watch, size_t at, unsigned int vector, u64 when)
{
	struct tally *tally = &watch->tallies[at * VECTORS + vector];

	if (!is_shown(watch, vector)) {
		watch->sums.hidden++;
		return;
	}
	if (!tally->count++)
		tally->first = when;
	tally->last = when;
	watch->sums.shown++;
	watch_print_event(watch->chosen->json, when, watch->vps.values[at], vector, tally->count);
}

static bool has_enough(const struct watch *watch)
{
	return watch->chosen->count && watch->sums.shown >= watch->chosen->count;
}

/* What is taken is shown, even if it is more than was asked for: it is taken. */
static void look_at(struct watch *watch, size_t at)
{
	__u32 taken[MSHV_VTL_PROXY_BANKS];
	u64 when;

	if (!run_page_take(watch->runs[at], taken))
		return;
	when = clock_now() - watch->start;
	for (unsigned int vector = 0; vector < VECTORS; vector++) {
		if (taken[vector >> 5] & 1U << (vector & 31))
			note_interrupt(watch, at, vector, when);
	}
	fflush(stdout);
}

/* Returns the number of the signal that ended it, or 0. */
static int look_until_the_end(struct watch *watch)
{
	const struct watch_options *chosen = watch->chosen;
	u64 end = NEVER;

	watch->start = clock_now();
	if (chosen->has_seconds)
		end = watch->start + chosen->seconds * NANOSECONDS_PER_SECOND;
	for (;;) {
		u64 now = clock_now();
		u64 next = now + chosen->interval < end ? now + chosen->interval : end;
		int number;

		for (size_t i = 0; i < watch->vps.count && !has_enough(watch); i++)
			look_at(watch, i);
		/* Output that goes nowhere is no reason to go on taking interrupts. */
		if (now >= end || has_enough(watch) || ferror(stdout))
			return 0;
		number = stop_wait_until(next);
		if (number)
			return number;
	}
}

static int choose_vps(struct watch *watch, struct problem *problem)
{
	const struct number_list *wanted = &watch->chosen->cpus;
	struct cpu_id found;
	struct cpu_ids ids;
	int error = cpu_ids_read(&ids, problem);

	if (error)
		return error;
	if (!wanted->count)
		watch->vps = cpu_numbers(&ids);
	for (size_t i = 0; !error && i < wanted->count; i++) {
		error = cpu_find(&ids, wanted->values[i], &found, problem);
		number_list_add(&watch->vps, wanted->values[i]);
	}
	cpu_ids_free(&ids);
	return error;
}

static int map_run_pages(struct watch *watch, int file, struct problem *problem)
{
	size_t count = watch->vps.count;
	int error = 0;

	watch->runs = memory_grow(NULL, count, sizeof(*watch->runs));
	watch->tallies = memory_grow(NULL, count * VECTORS, sizeof(*watch->tallies));
	memset(watch->tallies, 0, count * VECTORS * sizeof(*watch->tallies));
	for (size_t i = 0; !error && i < count; i++)
		error = vtl_run_page(file, watch->vps.values[i], &watch->runs[i], problem);
	return error;
}

static bool blocks_any(const struct watch *watch, const struct mshv_vtl_run *run)
{
	for (unsigned int vector = 0; vector < VECTORS; vector++) {
		if (is_shown(watch, vector) && run_page_blocks(run, vector))
			return true;
	}
	return false;
}

/* Else nothing would be seen, and nobody would know why. */
static void warn_of_blocked(const struct watch *watch)
{
	struct number_list blocking = {};
	char *text;

	for (size_t i = 0; i < watch->vps.count; i++) {
		if (blocks_any(watch, watch->runs[i]))
			number_list_add(&blocking, watch->vps.values[i]);
	}
	if (blocking.count) {
		text = number_list_format(&blocking);
		note_print("VP %s: the VMM blocks vectors (proxy_irr_blocked); these are dropped",
			   text);
		free(text);
	}
	number_list_free(&blocking);
}

static void announce(const struct watch *watch)
{
	char *vps = number_list_format(&watch->vps);

	note_print("watching VP %s every %llu us; Ctrl-C ends it", vps,
		   watch->chosen->interval / 1000);
	free(vps);
	warn_of_blocked(watch);
	if (!watch->chosen->json) {
		watch_print_heading();
		fflush(stdout);
	}
}

static int conclude(struct watch *watch, int number)
{
	const struct watch_options *chosen = watch->chosen;

	watch->sums.elapsed = clock_now() - watch->start;
	if (chosen->json)
		watch_print_json_summary(watch->vps.values, watch->vps.count, watch->tallies,
					 &watch->sums);
	else
		watch_print_text_summary(watch->vps.values, watch->vps.count, watch->tallies,
					 &watch->sums);
	if (number || !chosen->count || has_enough(watch))
		return STATUS_OK;
	note_print("waited for %llu interrupt%s; only %llu came in time", chosen->count,
		   plural(chosen->count), watch->sums.shown);
	return STATUS_FAILED;
}

static int watch_through(struct watch *watch, int file)
{
	struct problem problem;

	if (choose_vps(watch, &problem) || map_run_pages(watch, file, &problem)) {
		problem_print(&problem);
		return STATUS_FAILED;
	}
	stop_prepare();
	announce(watch);
	return conclude(watch, look_until_the_end(watch));
}

/**
 * cmd_watch() - the command "watch"
 * @argc: as main() gets it
 * @argv: as main() gets it, beginning with the command
 *
 * Return: one of enum exit_status.
 */
int cmd_watch(int argc, char **argv)
{
	struct watch_options chosen = { .interval = 1000 * DEFAULT_INTERVAL_US };
	struct watch watch = { .chosen = &chosen };
	struct problem problem;
	int status;
	int file;

	if (argp_parse(&argp, argc, argv, 0, NULL, &chosen))
		return STATUS_USAGE;
	file = vtl_file_open(&problem);
	if (file < 0) {
		problem_print(&problem);
		return STATUS_FAILED;
	}
	status = watch_through(&watch, file);
	free(watch.tallies);
	free(watch.runs);
	number_list_free(&watch.vps);
	number_list_free(&chosen.vectors);
	number_list_free(&chosen.cpus);
	close(file);
	return status;
}
