// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * vtlirq routes: which interrupts take the fast way, which do not, and why.
 *
 * Owns: the options, the table, the summary of each process, and the JSON.
 * Knows nothing of how processes are asked, nor of the words for a reason.
 */
#include <argp.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "command.h"
#include "json.h"
#include "options.h"
#include "paths.h"
#include "peers.h"
#include "route_words.h"
#include "table.h"

/**
 * struct routes_options - what the user asked for
 * @json: print JSON
 * @pid: only this process, or ANY_PEER
 */
struct routes_options {
	bool json;
	pid_t pid;
};

static const struct argp_option options[] = {
	{ "pid", 'p', "PID", 0, "Only the routes of process PID", 0 },
	JSON_OPTION("Print JSON instead of a table"),
	{}
};

static error_t parse(int key, char *text, struct argp_state *state)
{
	struct routes_options *chosen = state->input;

	if (key != 'p')
		return option_common(key, text, state, &chosen->json);
	chosen->pid = number_option(state, "--pid", text, 1, PID_LIMIT);
	return 0;
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.doc = "List the routes of all processes that publish them: which way each takes, and why."
	       HELP_DETAILS
	       "A VMM that uses libvtlirq publishes its routes, and so does vtlirq route.\n"
	       "What follows the table says for each process why routes are proxied, and what\n"
	       "would help. Needs root. See vtlirq-routes(1).",
};

/* ---- text ---- */

static void add_row(struct table *table, pid_t pid, const struct vtlirq_route_state *route)
{
	table_cell(table, "%d", pid);
	table_cell(table, "%" PRIu64, route->id);
	table_cell(table, "0x%" PRIx64, route->interrupt.device_id);
	table_cell(table, "0x%x", route->interrupt.data);
	table_cell(table, "0x%02x", route->vector);
	table_take(table, route_vp_cell(route));
	table_cell(table, "%s", vtlirq_delivery_name(route->delivery));
	table_take(table, route_hardware_cell(route));
	table_take(table, route_reason_cell(route));
	table_cell(table, "%" PRIu64, route->redirected);
	table_cell(table, "%" PRIu64, route->proxied);
	table_cell(table, "%u", route->rate);
	table_cell(table, "%" PRIu64, route->moves);
	table_take(table, age_format(route->age_ms));
	table_take(table, route_name_cell(route));
}

static void print_table(const struct peers *peers)
{
	static const char * const names[] = {
		"PID", "ROUTE", "DEVICE", "MSI-DATA", "VECTOR", "VP", "WAY", "HARDWARE",
		"REASON", "REDIRECTED", "PROXIED", "RATE", "MOVES", "AGE", "NAME"
	};
	struct table table = { .width = ARRAY_SIZE(names), .has_words_last = true };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		table_cell(&table, "%s", names[i]);
	for (size_t i = 0; i < peers->count; i++) {
		const struct peer *peer = &peers->all[i];

		for (size_t j = 0; j < peer->count; j++)
			add_row(&table, peer->pid, &peer->routes[j]);
	}
	/* A heading alone would look like something that failed. */
	if (table.count > table.width)
		table_print(&table, stdout);
	table_free(&table);
}

static const char *describe_ability(const struct vtlirq_summary *summary)
{
	if (summary->disabled)
		return "redirection is disabled, by the environment or the VMM";
	if (!summary->driver_redirects)
		return "the driver cannot redirect";
	if (!summary->host_redirects)
		return "the host does not offer redirection";
	return "driver and host can redirect";
}

static bool is_first_of_its_reason(const struct peer *peer, size_t at)
{
	for (size_t i = 0; i < at; i++) {
		if (route_has_same_reason(&peer->routes[i], &peer->routes[at]))
			return false;
	}
	return true;
}

static void print_reason(const struct peer *peer, size_t at)
{
	struct problem why;
	size_t count = 0;

	for (size_t i = at; i < peer->count; i++)
		count += route_has_same_reason(&peer->routes[i], &peer->routes[at]);
	route_explain(&peer->routes[at], &why);
	printf("  %zu proxied: %s\n    next: %s\n", count, why.what, why.next);
}

static void print_summary(const struct peer *peer)
{
	const struct vtlirq_summary *summary = &peer->summary;

	printf("process %d (%s): %" PRIu64 " of %" PRIu64 " route%s redirected; %s", peer->pid,
	       peer->name, summary->redirected, summary->routes, plural(summary->routes),
	       describe_ability(summary));
	if (summary->quota)
		printf("; quota %u a VP", summary->quota);
	printf("\n  map calls: %" PRIu64 ", retarget calls: %" PRIu64 ", refused: %" PRIu64
	       ", not asked again: %" PRIu64 "\n", summary->map_calls,
	       summary->retarget_calls, summary->refusals, summary->refusals_saved);
	printf("  moves: %" PRIu64 ", promotions: %" PRIu64 ", demotions: %" PRIu64 "%s\n",
	       summary->moves, summary->promotions, summary->demotions,
	       summary->policy ? "" : "; the policy is off");
	for (size_t i = 0; i < peer->count; i++) {
		if (peer->routes[i].delivery == VTLIRQ_PROXIED && is_first_of_its_reason(peer, i))
			print_reason(peer, i);
	}
}

static void print_text(const struct peers *peers)
{
	if (!peers->count && !peers->silent.count) {
		printf("no process publishes routes in %s\n"
		       "A VMM publishes them by vtlirq_publish() of libvtlirq. To see what the\n"
		       "driver maps for others: vtlirq list. To make a route by hand: vtlirq route.\n",
		       path_of_publications());
		return;
	}
	print_table(peers);
	for (size_t i = 0; i < peers->count; i++) {
		putchar('\n');
		print_summary(&peers->all[i]);
	}
}

/* ---- JSON ---- */

static json_t *json_routes(const struct peer *peer)
{
	json_t *routes = json_array();

	for (size_t i = 0; i < peer->count; i++)
		json_array_append_new(routes, json_route(&peer->routes[i]));
	return routes;
}

static void print_json(const struct peers *peers)
{
	json_t *processes = json_array();

	for (size_t i = 0; i < peers->count; i++) {
		const struct peer *peer = &peers->all[i];

		json_array_append_new(processes,
				      json_pack("{s:i,s:s,s:o,s:o}", "pid", peer->pid,
						"name", peer->name,
						"summary", json_summary(&peer->summary),
						"routes", json_routes(peer)));
	}
	json_show(json_pack("{s:o,s:o}", "processes", processes,
			    "problems", json_problems(&peers->silent)), false);
}

/**
 * cmd_routes() - the command "routes"
 * @argc: as main() gets it
 * @argv: as main() gets it, beginning with the command
 *
 * Return: one of enum exit_status.
 */
int cmd_routes(int argc, char **argv)
{
	struct routes_options chosen = { .pid = ANY_PEER };
	struct problem problem;
	struct peers peers;
	int status;

	if (argp_parse(&argp, argc, argv, 0, NULL, &chosen))
		return STATUS_USAGE;
	if (peers_read(&peers, chosen.pid, &problem)) {
		problem_print(&problem);
		return STATUS_FAILED;
	}
	if (chosen.json)
		print_json(&peers);
	else
		print_text(&peers);
	status = peers.silent.count ? STATUS_FAILED : STATUS_OK;
	if (!chosen.json)
		problem_list_print(&peers.silent);
	peers_free(&peers);
	return status;
}
