// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * vtlirq retarget: move a route of a running process.
 *
 * Owns: the options, finding the one route that is meant, the order of the steps, and
 * the lines for before and after.
 * Knows nothing of how the process moves it.
 */
#include <argp.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "options.h"
#include "peers.h"
#include "route_words.h"
#include "table.h"

/**
 * struct retarget_options - what the user asked for
 * @route: number of the route, if @has_route
 * @has_route: it was given
 * @pid: the process, or ANY_PEER
 * @vp: where to, if @has_vp
 * @has_vp: it was given
 * @vector: with which vector, or 0 for the one that it has
 * @way: enum vtlirq_delivery, or 0 for the one that it has
 */
struct retarget_options {
	u64 route;
	bool has_route;
	pid_t pid;
	unsigned int vp;
	bool has_vp;
	unsigned int vector;
	unsigned int way;
};

/**
 * struct found - the route that is meant
 * @pid: whose it is
 * @route: as it was when it was found
 */
struct found {
	pid_t pid;
	struct vtlirq_route_state route;
};

static const struct argp_option options[] = {
	{ "pid", 'p', "PID", 0, "The route is one of process PID", 0 },
	{ "vp", 'c', "N", 0, "Move it to VP N", 0 },
	{ "vector", 'v', "V", 0, "Give it vector V of VTL0 (16 to 255)", 0 },
	{ "way", 'w', "WAY", 0, "Make it redirected or proxied", 0 },
	{}
};

static unsigned int read_way(struct argp_state *state, const char *text)
{
	if (!strcmp(text, "redirected"))
		return VTLIRQ_REDIRECTED;
	if (!strcmp(text, "proxied"))
		return VTLIRQ_PROXIED;
	argp_error(state, "--way: '%s' is neither 'redirected' nor 'proxied'", text);
	return 0;
}

static void read_route(struct argp_state *state, struct retarget_options *chosen,
		       const char *text)
{
	if (chosen->has_route)
		argp_error(state, "unexpected argument '%s'", text);
	chosen->route = number_option(state, "ROUTE", text, 0, S64_MAX);
	chosen->has_route = true;
}

static void check(struct argp_state *state, const struct retarget_options *chosen)
{
	if (!chosen->has_route)
		argp_error(state, "the route's number is missing; vtlirq routes lists them");
	if (!chosen->has_vp && !chosen->vector && !chosen->way)
		argp_error(state, "nothing is to change: give --vp, --vector or --way");
}

static error_t parse(int key, char *text, struct argp_state *state)
{
	struct retarget_options *chosen = state->input;

	switch (key) {
	case 'p':
		chosen->pid = number_option(state, "--pid", text, 1, PID_LIMIT);
		return 0;
	case 'c':
		chosen->vp = number_option(state, "--vp", text, 0, VTLIRQ_VPS_MAX - 1);
		chosen->has_vp = true;
		return 0;
	case 'v':
		chosen->vector = number_option(state, "--vector", text, FIRST_APIC_VECTOR,
					       VECTOR_LIMIT);
		return 0;
	case 'w':
		chosen->way = read_way(state, text);
		return 0;
	case ARGP_KEY_ARG:
		read_route(state, chosen, text);
		return 0;
	case ARGP_KEY_END:
		check(state, chosen);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "ROUTE",
	.doc = "Move a route of a running process: to another VP, vector or way."
	       HELP_DETAILS
	       "ROUTE is its number in vtlirq routes; --pid is needed if several processes have\n"
	       "a route of that number. No interrupt is lost meanwhile. The process's guest must\n"
	       "expect the interrupt where it is sent to. Needs root. See vtlirq-retarget(1).",
};

static const struct vtlirq_route_state *find_in(const struct peer *peer, u64 id)
{
	for (size_t i = 0; i < peer->count; i++) {
		if (peer->routes[i].id == id)
			return &peer->routes[i];
	}
	return NULL;
}

static int find_among(const struct peers *peers, const struct retarget_options *chosen,
		      struct found *found, struct problem *problem)
{
	size_t count = 0;

	for (size_t i = 0; i < peers->count; i++) {
		const struct vtlirq_route_state *route = find_in(&peers->all[i], chosen->route);

		if (route) {
			found->pid = peers->all[i].pid;
			found->route = *route;
			count++;
		}
	}
	if (count == 1)
		return 0;
	if (count) {
		problem_what(problem, "%zu processes have a route %llu", count, chosen->route);
		problem_next(problem, "say which process by --pid; see vtlirq routes");
		return -EINVAL;
	}
	problem_what(problem, "there is no route %llu%s", chosen->route,
		     chosen->pid == ANY_PEER ? "" : " in that process");
	problem_next(problem, "choose one of those that vtlirq routes lists");
	return -ENOENT;
}

static int find(const struct retarget_options *chosen, struct found *found,
		struct problem *problem)
{
	struct peers peers;
	int error = peers_read(&peers, chosen->pid, problem);

	if (error)
		return error;
	problem_list_print(&peers.silent);
	error = find_among(&peers, chosen, found, problem);
	peers_free(&peers);
	if (!error && found->route.vps > 1 && !chosen->has_vp && chosen->vector) {
		problem_what(problem, "route %llu goes to %u VPs, and this command moves to one",
			     chosen->route, found->route.vps);
		problem_next(problem, "say to which one by --vp");
		error = -EINVAL;
	}
	return error;
}

static int prefer(struct vtlirq_client *peer, const struct retarget_options *chosen)
{
	if (!chosen->way)
		return 0;
	return vtlirq_client_prefer(peer, chosen->route, chosen->way == VTLIRQ_REDIRECTED ?
				    VTLIRQ_PREFER_REDIRECTED : VTLIRQ_PREFER_PROXIED);
}

static int move_to(struct vtlirq_client *peer, const struct retarget_options *chosen,
		   const struct vtlirq_route_state *route)
{
	if (!chosen->has_vp && !chosen->vector)
		return 0;
	return vtlirq_client_retarget(peer, chosen->route, chosen->has_vp ? chosen->vp : route->vp,
				      chosen->vector ? chosen->vector : route->vector);
}

/* In the order that asks for no hardware vector which the next step gives back. */
static int move(const struct retarget_options *chosen, const struct found *found,
		struct problem *problem)
{
	struct vtlirq_client *peer;
	int error = peer_open(found->pid, &peer, problem);

	if (error)
		return error;
	if (chosen->way == VTLIRQ_PROXIED)
		error = prefer(peer, chosen);
	if (!error)
		error = move_to(peer, chosen, &found->route);
	if (!error && chosen->way == VTLIRQ_REDIRECTED)
		error = prefer(peer, chosen);
	vtlirq_client_close(peer);
	if (error) {
		problem_what(problem, "cannot move route %llu of process %d", chosen->route,
			     found->pid);
		route_explain_failure(-error, 0, problem);
	}
	return error;
}

static void add_row(struct table *table, const char *when,
		    const struct vtlirq_route_state *route)
{
	table_cell(table, "%s", when);
	table_take(table, route_vp_cell(route));
	table_cell(table, "0x%02x", route->vector);
	table_cell(table, "%s", vtlirq_delivery_name(route->delivery));
	table_take(table, route_hardware_cell(route));
	table_take(table, route_reason_cell(route));
	table_cell(table, "%" PRIu64, route->moves);
}

static void print_change(const struct found *before, const struct found *after)
{
	static const char * const names[] = {
		"WHEN", "VP", "VECTOR", "WAY", "HARDWARE", "REASON", "MOVES"
	};
	struct table table = { .width = ARRAY_SIZE(names) };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		table_cell(&table, "%s", names[i]);
	add_row(&table, "before", &before->route);
	add_row(&table, "after", &after->route);
	table_print(&table, stdout);
	table_free(&table);
}

/* The process falls back where it must; then this command did not do what was asked. */
static bool takes_the_way(const struct retarget_options *chosen, const struct found *after,
			  struct problem *problem)
{
	struct problem why;

	if (!chosen->way || after->route.delivery == chosen->way)
		return true;
	route_explain(&after->route, &why);
	problem_what(problem, "route %llu stays %s: %.250s", chosen->route,
		     vtlirq_delivery_name(after->route.delivery), why.what);
	problem_next(problem, "%s", why.next);
	return false;
}

static int retarget(struct retarget_options *chosen)
{
	struct found before = {};
	struct found after = {};
	struct problem problem;
	struct peers peers;
	int error = find(chosen, &before, &problem);

	if (!error)
		error = move(chosen, &before, &problem);
	if (error) {
		problem_print(&problem);
		return STATUS_FAILED;
	}
	error = peers_read(&peers, before.pid, &problem);
	if (!error) {
		error = find_among(&peers, chosen, &after, &problem);
		peers_free(&peers);
	}
	if (!error) {
		print_change(&before, &after);
		if (takes_the_way(chosen, &after, &problem))
			return STATUS_OK;
	}
	problem_print(&problem);
	return STATUS_FAILED;
}

/**
 * cmd_retarget() - the command "retarget"
 * @argc: as main() gets it
 * @argv: as main() gets it, beginning with the command
 *
 * Return: one of enum exit_status.
 */
int cmd_retarget(int argc, char **argv)
{
	struct retarget_options chosen = { .pid = ANY_PEER };

	if (argp_parse(&argp, argc, argv, 0, NULL, &chosen))
		return STATUS_USAGE;
	return retarget(&chosen);
}
