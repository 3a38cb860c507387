// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * vtlirq list: which proxy vector stands on which hardware vector, and what came
 * of it.
 *
 * Owns: the options, which mappings are shown, the table and the JSON of the list.
 * Knows nothing of how the driver's state is read.
 */
#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "command.h"
#include "driver_state.h"
#include "json.h"
#include "options.h"
#include "stop.h"
#include "table.h"

#define INTERVAL_MIN_MS	100
#define INTERVAL_MAX_MS	3600000

/**
 * struct list_options - what the user asked for
 * @json: print JSON
 * @all: show quarantined vectors as well
 * @interval_ms: time between two lists; 0 for one list
 * @cpus: only these CPUs; empty for all
 */
struct list_options {
	bool json;
	bool all;
	u64 interval_ms;
	struct number_list cpus;
};

/**
 * struct list_sums - what the summary says about the chosen CPUs
 * @cpus: with at least one mapping
 * @mapped: mappings
 * @quarantined: vectors kept aside
 * @relayed: interrupts relayed by the mappings
 * @blocked: interrupts dropped by the mappings
 * @late: interrupts that arrived on the vectors kept aside
 */
struct list_sums {
	u64 cpus;
	u64 mapped;
	u64 quarantined;
	u64 relayed;
	u64 blocked;
	u64 late;
};

static const struct argp_option options[] = {
	{ "all", 'a', NULL, 0, "Show vectors in quarantine as well", 0 },
	{ "cpu", 'c', "N", 0, "Only mappings on CPU N; can be repeated", 0 },
	{ "interval", 'i', "S", 0, "List them anew every S seconds, until Ctrl-C", 0 },
	JSON_OPTION("Print JSON instead of a table"),
	{}
};

static error_t parse(int key, char *text, struct argp_state *state)
{
	struct list_options *chosen = state->input;

	switch (key) {
	case 'a':
		chosen->all = true;
		return 0;
	case 'c':
		option_cpu(state, text, &chosen->cpus);
		return 0;
	case 'i':
		chosen->interval_ms = option_seconds(state, "--interval", text, INTERVAL_MIN_MS,
						     INTERVAL_MAX_MS);
		return 0;
	default:
		return option_common(key, text, state, &chosen->json);
	}
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.doc = "List the hardware vectors that stand for vectors of VTL0, with what they relayed."
	       HELP_DETAILS
	       "A vector is in quarantine for a while after it was given back, until no late\n"
	       "interrupt can arrive on it. Needs root and debugfs. See vtlirq-list(1).",
};

static bool is_chosen(const struct list_options *chosen, const struct mapping *mapping)
{
	return !chosen->cpus.count || number_list_has(&chosen->cpus, mapping->cpu);
}

static bool is_shown(const struct list_options *chosen, const struct mapping *mapping)
{
	return is_chosen(chosen, mapping) && (chosen->all || mapping_is_live(mapping));
}

/* Relies on the mappings being sorted by CPU. */
static struct list_sums add_up(const struct list_options *chosen, const struct mapping *mappings,
			       size_t count)
{
	struct list_sums sums = {};
	u64 last_cpu = U64_MAX;

	for (size_t i = 0; i < count; i++) {
		const struct mapping *mapping = &mappings[i];

		if (!is_chosen(chosen, mapping))
			continue;
		if (!mapping_is_live(mapping)) {
			sums.quarantined++;
			sums.late += mapping->late;
			continue;
		}
		sums.cpus += mapping->cpu != last_cpu;
		last_cpu = mapping->cpu;
		sums.mapped++;
		sums.relayed += mapping->relayed;
		sums.blocked += mapping->blocked;
	}
	return sums;
}

static void add_row(struct table *table, const struct mapping *mapping, bool all)
{
	char *age = age_format(mapping->age_ms);

	table_cell(table, "%llu", mapping->cpu);
	if (mapping->apic_id < 0)
		table_cell(table, "-");
	else
		table_cell(table, "%lld", mapping->apic_id);
	table_cell(table, "0x%02llx", mapping->vector);
	table_cell(table, "0x%02llx", mapping->proxy_vector);
	if (all)
		table_cell(table, "%s", mapping->state);
	table_cell(table, "%llu", mapping->references);
	table_cell(table, "%llu", mapping->relayed);
	table_cell(table, "%llu", mapping->blocked);
	if (all)
		table_cell(table, "%llu", mapping->late);
	table_cell(table, "%s", age);
	free(age);
}

static void add_heading(struct table *table, bool all)
{
	static const char * const names[] = {
		"CPU", "APIC-ID", "HARDWARE", "PROXY", "STATE", "REFERENCES", "RELAYED",
		"BLOCKED", "LATE", "AGE"
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (all || (i != 4 && i != 8))
			table_cell(table, "%s", names[i]);
	}
}

static void print_table(const struct list_options *chosen, const struct mapping *mappings,
			size_t count)
{
	struct table table = { .width = chosen->all ? 10 : 8 };

	add_heading(&table, chosen->all);
	for (size_t i = 0; i < count; i++) {
		if (is_shown(chosen, &mappings[i]))
			add_row(&table, &mappings[i], chosen->all);
	}
	table_print(&table, stdout);
	table_free(&table);
}

static void print_summary(const struct list_options *chosen, const struct list_sums *sums)
{
	if (!sums->mapped)
		printf("no mapping: the host relays every interrupt (proxied)");
	else
		printf("%llu mapping%s on %llu CPU%s, %llu relayed, %llu blocked", sums->mapped,
		       plural(sums->mapped), sums->cpus, plural(sums->cpus), sums->relayed,
		       sums->blocked);
	if (sums->quarantined)
		printf("; %llu vector%s in quarantine, %llu late interrupt%s%s",
		       sums->quarantined, plural(sums->quarantined), sums->late,
		       plural(sums->late), chosen->all ? "" : " (--all shows them)");
	putchar('\n');
}

static void print_text(const struct list_options *chosen, const struct mapping *mappings,
		       size_t count)
{
	struct list_sums sums = add_up(chosen, mappings, count);

	if (sums.mapped || (chosen->all && sums.quarantined)) {
		print_table(chosen, mappings, count);
		putchar('\n');
	}
	print_summary(chosen, &sums);
}

static void print_json(const struct list_options *chosen, const struct mapping *mappings,
		       size_t count)
{
	struct list_sums sums = add_up(chosen, mappings, count);
	json_t *shown = json_array();

	for (size_t i = 0; i < count; i++) {
		if (is_shown(chosen, &mappings[i]))
			json_array_append_new(shown, json_mapping(&mappings[i]));
	}
	json_show(json_pack("{s:o,s:{s:o,s:o,s:o,s:o,s:o,s:o}}",
			    "mappings", shown,
			    "summary",
			    "cpus", json_number(sums.cpus),
			    "mapped", json_number(sums.mapped),
			    "quarantined", json_number(sums.quarantined),
			    "relayed", json_number(sums.relayed),
			    "blocked", json_number(sums.blocked),
			    "late", json_number(sums.late)), false);
}

/* A CPU that cannot exist is a slip of the finger, not a CPU without mappings. */
static int check_cpus(const struct number_list *wanted, struct problem *problem)
{
	struct number_list possible = {};
	struct cpu_state *cpus;
	size_t count;
	int error;

	if (!wanted->count)
		return 0;
	error = driver_state_cpus(&cpus, &count, problem);
	if (error)
		return error;
	for (size_t i = 0; i < count; i++)
		number_list_add(&possible, cpus[i].cpu);
	for (size_t i = 0; !error && i < wanted->count; i++) {
		if (!number_list_has(&possible, wanted->values[i])) {
			char *text = number_list_format(&possible);

			problem_what(problem, "--cpu %u: there is no such CPU", wanted->values[i]);
			problem_next(problem, "choose one of these: %s", text);
			free(text);
			error = -ENOENT;
		}
	}
	number_list_free(&possible);
	free(cpus);
	return error;
}

static int show(const struct list_options *chosen)
{
	struct mapping *mappings;
	struct problem problem;
	size_t count;

	if (driver_state_mappings(&mappings, &count, &problem)) {
		problem_print(&problem);
		return STATUS_FAILED;
	}
	if (check_cpus(&chosen->cpus, &problem)) {
		problem_print(&problem);
		free(mappings);
		return STATUS_FAILED;
	}
	if (chosen->json)
		print_json(chosen, mappings, count);
	else
		print_text(chosen, mappings, count);
	free(mappings);
	return STATUS_OK;
}

/* A list that fails ends it, since the next one would fail as well. */
static int show_again(const struct list_options *chosen)
{
	int status;

	stop_prepare();
	do {
		status = show(chosen);
		putchar('\n');
		fflush(stdout);
	} while (status == STATUS_OK &&
		 !stop_wait_until(clock_now() + chosen->interval_ms * NANOSECONDS_PER_MS));
	return status;
}

/**
 * cmd_list() - the command "list"
 * @argc: as main() gets it
 * @argv: as main() gets it, beginning with the command
 *
 * Return: one of enum exit_status.
 */
int cmd_list(int argc, char **argv)
{
	struct list_options chosen = {};
	int status;

	if (argp_parse(&argp, argc, argv, 0, NULL, &chosen))
		return STATUS_USAGE;
	status = chosen.interval_ms ? show_again(&chosen) : show(&chosen);
	number_list_free(&chosen.cpus);
	return status;
}
