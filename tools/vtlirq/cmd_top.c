// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * vtlirq top: what comes by each route and to each VP now, a second.
 *
 * Owns: the options, the clock, and the plain text for scripts.
 * Knows nothing of how things are counted, nor of the terminal.
 */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "command.h"
#include "options.h"
#include "stop.h"
#include "top_screen.h"
#include "top_text.h"

#define DEFAULT_INTERVAL_MS	1000
#define SHORTEST_INTERVAL_MS	50
#define LONGEST_INTERVAL_MS	3600000

/**
 * struct top_options - what the user asked for
 * @interval_ms: time between two samples
 * @batch: plain text
 * @count: end after that many reports; 0 for no end
 * @order: of the routes
 */
struct top_options {
	u64 interval_ms;
	bool batch;
	u64 count;
	enum top_order order;
};

static const struct argp_option options[] = {
	{ "batch", 'b', NULL, 0, "Print plain text; so it is without a terminal", 0 },
	{ "interval", 'i', "S", 0, "Count anew every S seconds (default 1)", 0 },
	{ "count", 'n', "N", 0, "End after N reports", 0 },
	{}
};

static error_t parse(int key, char *text, struct argp_state *state)
{
	struct top_options *chosen = state->input;

	switch (key) {
	case 'b':
		chosen->batch = true;
		return 0;
	case 'i':
		chosen->interval_ms = option_seconds(state, "--interval", text,
						     SHORTEST_INTERVAL_MS, LONGEST_INTERVAL_MS);
		return 0;
	case 'n':
		chosen->count = number_option(state, "--count", text, 1, S64_MAX);
		return 0;
	default:
		return option_common(key, text, state, NULL);
	}
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.doc = "Show what comes by each route and to each VP a second, and what it costs."
	       HELP_DETAILS
	       "Keys: q quits; r, e and i sort routes by rate, host exits and number; v hides\n"
	       "the VPs; arrows and page keys scroll. Each proxied interrupt is a host exit.\n"
	       "Routes are those that processes publish; VPs count all interrupts, whoever\n"
	       "routed them. Needs root. See vtlirq-top(1).",
};

static u64 next_time(const struct top_options *chosen, u64 after)
{
	return after + chosen->interval_ms * NANOSECONDS_PER_MS;
}

/* Replaces the older sample and the rates. */
static void sample_anew(struct sample *old, struct sample *new, struct rates *rates)
{
	sample_free(old);
	*old = *new;
	sample_take(new);
	rates_free(rates);
	rates_between(old, new, rates);
}

/* ---- plain text ---- */

static void print_time(void)
{
	time_t now = time(NULL);
	char text[64] = "";
	struct tm parts;

	if (localtime_r(&now, &parts))
		strftime(text, sizeof(text), "%F %T", &parts);
	printf("%s  ", text);
}

static void print_vps(const struct sample *sample, const struct rates *rates)
{
	struct table table = {};
	char *text;

	if (sample->has_vps) {
		top_vp_table(rates, &table);
		table_print(&table, stdout);
		table_free(&table);
	} else {
		text = top_no_vps(sample);
		puts(text);
		free(text);
	}
}

static void print_routes(const struct sample *sample, const struct rates *rates)
{
	struct table table = {};
	char *text;

	if (rates->route_count) {
		top_route_table(rates, &table);
		table_print(&table, stdout);
		table_free(&table);
	} else {
		text = top_no_routes(sample);
		puts(text);
		free(text);
	}
}

static void print_report(const struct sample *sample, const struct rates *rates)
{
	char *heading = top_heading(rates);

	print_time();
	printf("%s\n\n", heading);
	free(heading);
	print_vps(sample, rates);
	putchar('\n');
	print_routes(sample, rates);
	problem_list_print(&sample->peers.silent);
	fflush(stdout);
}

static void run_batch(const struct top_options *chosen, struct sample *old, struct sample *new,
		      struct rates *rates)
{
	for (u64 done = 0; !chosen->count || done < chosen->count; done++) {
		if (stop_wait_until(next_time(chosen, new->when)))
			return;
		sample_anew(old, new, rates);
		if (done)
			putchar('\n');
		rates_sort(rates, chosen->order);
		print_report(new, rates);
		/* Output that goes nowhere is no reason to go on. */
		if (ferror(stdout))
			return;
	}
}

/* ---- the terminal ---- */

static void run_screen(const struct top_options *chosen, struct sample *old, struct sample *new,
		       struct rates *rates)
{
	struct view view = {
		.sample = new, .rates = rates, .order = chosen->order,
		.seconds = chosen->interval_ms / 1000.0,
	};
	u64 reports = 0;
	int number;

	/* No rate is known before the second sample. */
	rates_between(old, new, rates);
	for (;;) {
		screen_draw(&view);
		if (chosen->count && reports == chosen->count)
			return;
		number = stop_wait_input(next_time(chosen, new->when), STDIN_FILENO);
		if (number > 0 || !screen_take_keys(&view))
			return;
		if (!number) {
			sample_anew(old, new, rates);
			reports++;
		}
	}
}

static bool takes_terminal(const struct top_options *chosen)
{
	if (chosen->batch || !isatty(STDOUT_FILENO) || !isatty(STDIN_FILENO))
		return false;
	if (screen_open())
		return true;
	note_print("this kind of terminal is not known (TERM=%s); as with --batch:",
		   getenv("TERM") ?: "");
	return false;
}

/**
 * cmd_top() - the command "top"
 * @argc: as main() gets it
 * @argv: as main() gets it, beginning with the command
 *
 * Return: one of enum exit_status.
 */
int cmd_top(int argc, char **argv)
{
	struct top_options chosen = { .interval_ms = DEFAULT_INTERVAL_MS };
	struct sample old = {};
	struct sample new;
	struct rates rates = {};
	int status = STATUS_OK;

	if (argp_parse(&argp, argc, argv, 0, NULL, &chosen))
		return STATUS_USAGE;
	stop_prepare();
	sample_take(&new);
	if (takes_terminal(&chosen)) {
		run_screen(&chosen, &old, &new, &rates);
		screen_close();
	} else {
		run_batch(&chosen, &old, &new, &rates);
		if (!new.has_vps && !new.peers.count)
			status = STATUS_FAILED;
	}
	rates_free(&rates);
	sample_free(&new);
	sample_free(&old);
	return status;
}
