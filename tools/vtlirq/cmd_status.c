// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * vtlirq status: can the driver be used, and if not, what is to be done?
 *
 * Owns: the options, and how the findings look as text and as JSON.
 * Knows nothing of how they are found.
 */
#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "json.h"
#include "options.h"
#include "status.h"
#include "table.h"

/* Where the second column of the report begins. */
#define LABEL	"%-14s"

static const struct argp_option options[] = {
	JSON_OPTION("Print JSON instead of text"),
	{}
};

static error_t parse(int key, char *text, struct argp_state *state)
{
	return option_common(key, text, state, state->input);
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.doc = "Tell whether the driver can be used, what it can do, and how each CPU fares."
	       HELP_DETAILS
	       "Ends with status 0 if interrupts can be redirected, else with 1 after telling\n"
	       "each problem and what to do next. Changes nothing. See vtlirq-status(1).",
};

static const char *describe_driver(const struct status *status)
{
	if (status->is_answering)
		return status->is_listed ? "loaded" : "there, not listed as module mshv_vtl";
	if (status->is_listed)
		return "loaded, but it does not answer";
	return status->nodes[0].is_present ? "unknown: not listed as module mshv_vtl"
					   : "not loaded";
}

static void print_capability(const struct status_capability *capability, const char *label)
{
	printf(LABEL "%-21s (%#x)%*s", label, capability->name, capability->number,
	       capability->number < 0x10 ? 5 : 1, "");
	if (capability->answer >= 0)
		printf("%d\n", capability->answer);
	else if (capability->answer == -EOPNOTSUPP)
		puts("not supported");
	else
		printf("error: %s\n", strerror(-capability->answer));
}

static void print_driver(const struct status *status)
{
	printf(LABEL "%s %s\n", "kernel", status->kernel.release, status->kernel.machine);
	printf(LABEL "%s\n", "driver", describe_driver(status));
	for (size_t i = 0; i < STATUS_NODES; i++)
		printf(LABEL "%-18s %-8s (%s)\n", i ? "" : "nodes", status->nodes[i].path,
		       status->nodes[i].is_present ? "present" : "absent", status->nodes[i].use);
	if (!status->is_answering)
		return;
	for (size_t i = 0; i < STATUS_CAPABILITIES; i++)
		print_capability(&status->capabilities[i], i ? "" : "capabilities");
	printf(LABEL "%s\n", "VTL files", status->makes_files ? "can be made" : "cannot be made");
}

static void add_row(struct table *table, const struct cpu_state *cpu)
{
	table_cell(table, "%llu", cpu->cpu);
	if (cpu->apic_id < 0)
		table_cell(table, "-");
	else
		table_cell(table, "%lld", cpu->apic_id);
	table_cell(table, "%s", cpu->online ? "yes" : "no");
	table_cell(table, "%llu", cpu->mapped);
	table_cell(table, "%llu", cpu->quarantined);
	table_cell(table, "%llu", cpu->free);
	if (cpu->quota)
		table_cell(table, "%llu", cpu->quota);
	else
		table_cell(table, "none");
	table_cell(table, "%llu", cpu->relayed);
	table_cell(table, "%llu", cpu->blocked);
	table_cell(table, "%llu", cpu->unmapped);
}

static void print_state(const struct status *status)
{
	static const char * const names[] = {
		"CPU", "APIC-ID", "ONLINE", "MAPPED", "QUARANTINED", "FREE", "QUOTA",
		"RELAYED", "BLOCKED", "UNMAPPED"
	};
	struct table table = { .width = ARRAY_SIZE(names) };
	const struct totals *totals = &status->totals;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		table_cell(&table, "%s", names[i]);
	for (size_t i = 0; i < status->cpu_count; i++)
		add_row(&table, &status->cpus[i]);
	putchar('\n');
	table_print(&table, stdout);
	table_free(&table);
	printf("\n" LABEL "%llu mapped, %llu in quarantine\n", "now", totals->mappings,
	       totals->quarantined);
	printf(LABEL "%llu relayed, %llu blocked, %llu unmapped\n", "since loaded",
	       totals->relayed, totals->blocked, totals->unmapped);
}

static void print_text(const struct status *status)
{
	print_driver(status);
	if (status->has_state)
		print_state(status);
	if (status->problems.count)
		printf(LABEL "no, %zu problem%s\n", "usable", status->problems.count,
		       plural(status->problems.count));
	else
		printf(LABEL "yes\n", "usable");
	problem_list_print(&status->problems);
	problem_list_print(&status->notes);
}

static json_t *json_nodes(const struct status *status)
{
	json_t *nodes = json_array();

	for (size_t i = 0; i < STATUS_NODES; i++)
		json_array_append_new(nodes, json_pack("{s:s,s:b}", "path", status->nodes[i].path,
						       "present", status->nodes[i].is_present));
	return nodes;
}

static json_t *json_capabilities(const struct status *status)
{
	json_t *capabilities = json_array();

	for (size_t i = 0; status->is_answering && i < STATUS_CAPABILITIES; i++) {
		const struct status_capability *capability = &status->capabilities[i];

		json_array_append_new(capabilities,
				      json_pack("{s:s,s:o,s:o}", "name", capability->name,
						"number", json_number(capability->number),
						"value", json_identifier(capability->answer)));
	}
	return capabilities;
}

static json_t *json_cpus(const struct status *status)
{
	json_t *cpus = json_array();

	for (size_t i = 0; i < status->cpu_count; i++)
		json_array_append_new(cpus, json_cpu_state(&status->cpus[i]));
	return cpus;
}

static void print_json(const struct status *status)
{
	json_show(json_pack("{s:b,s:{s:s,s:s},s:{s:b,s:b,s:b},s:o,s:o,s:o,s:o,s:o,s:o}",
			    "usable", !status->problems.count,
			    "kernel", "release", status->kernel.release,
			    "machine", status->kernel.machine,
			    "driver", "listed", status->is_listed,
			    "answers", status->is_answering,
			    "makes_vtl_files", status->makes_files,
			    "nodes", json_nodes(status),
			    "capabilities", json_capabilities(status),
			    "cpus", status->has_state ? json_cpus(status) : json_null(),
			    "totals", status->has_state ? json_totals(&status->totals)
							: json_null(),
			    "problems", json_problems(&status->problems),
			    "notes", json_problems(&status->notes)), false);
}

/**
 * cmd_status() - the command "status"
 * @argc: as main() gets it
 * @argv: as main() gets it, beginning with the command
 *
 * Return: STATUS_OK if interrupts can be redirected, or STATUS_FAILED.
 */
int cmd_status(int argc, char **argv)
{
	struct status status;
	bool json = false;
	int result;

	if (argp_parse(&argp, argc, argv, 0, NULL, &json))
		return STATUS_USAGE;
	status_gather(&status);
	if (json)
		print_json(&status);
	else
		print_text(&status);
	result = status.problems.count ? STATUS_FAILED : STATUS_OK;
	status_free(&status);
	return result;
}
