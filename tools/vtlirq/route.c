// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * vtlirq route show and vtlirq route move: the routes of running processes.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "command.h"

/* ---- show ---- */

#define SUMMARY(heading, key, kind, member) \
	COLUMN(heading, key, kind, struct process, summary.member)

static const struct column process_members[] = {
	COLUMN("PID", "pid", NUMBER, struct process, pid),
	SUMMARY("ROUTES", "routes", NUMBER, routes),
	SUMMARY("REDIRECTED", "redirected", NUMBER, redirected),
	SUMMARY("DRIVER", "driver_redirects", FLAG, driver_redirects),
	SUMMARY("HOST", "host_redirects", FLAG, host_redirects),
	SUMMARY("DISABLED", "disabled", FLAG, disabled),
	SUMMARY("POLICY", "policy", FLAG, policy),
	SUMMARY("QUOTA", "quota", LIMIT, quota),
	SUMMARY("MAPS", "map_calls", NUMBER, map_calls),
	SUMMARY("RETARGETS", "retarget_calls", NUMBER, retarget_calls),
	SUMMARY("REFUSED", "refusals", NUMBER, refusals),
	SUMMARY("NOT-ASKED", "refusals_saved", NUMBER, refusals_saved),
	SUMMARY("PROMOTED", "promotions", NUMBER, promotions),
	SUMMARY("DEMOTED", "demotions", NUMBER, demotions),
	SUMMARY("MOVES", "moves", NUMBER, moves),
	COLUMN("PROCESS", "name", TEXT, struct process, name),
};

static const struct columns process_columns = COLUMNS(process_members, struct process);

/* Explains each reason once, at the first route that has it. */
static void print_reasons(const struct routes *routes)
{
	for (size_t i = 0; i < routes->count; i++) {
		const struct route *route = &routes->all[i];
		size_t first = 0;
		size_t same = 0;

		while (strcmp(routes->all[first].what, route->what))
			first++;
		for (size_t j = i; j < routes->count; j++)
			same += !strcmp(routes->all[j].what, route->what);
		if (route->reason && first == i)
			printf("\n%zu proxied: %s\n  next: %s\n", same, route->what, route->next);
	}
}

static void print_text(const struct routes *routes)
{
	if (!routes->process_count && !routes->silent.count)
		printf("no process publishes routes in %s\n"
		       "A VMM publishes them by vtlirq_publish() of libvtlirq. For the driver's mappings,\n"
		       "see vtlirq mapping show. To create a route by hand, see vtlirq route hold.\n",
		       path_of(PUBLICATIONS));
	/* Headings alone would look like a failure. */
	if (routes->count)
		table_print(stdout, &route_columns, routes->all, routes->count, false);
	if (routes->count)
		putchar('\n');
	if (routes->process_count)
		table_print(stdout, &process_columns, routes->processes, routes->process_count,
			    false);
	print_reasons(routes);
}

static void print_json(const struct routes *routes)
{
	json_open(NULL, '{');
	table_json("routes", &route_columns, routes->all, routes->count);
	table_json("processes", &process_columns, routes->processes, routes->process_count);
	problems_json(&routes->silent);
	json_end();
}

/* The command "route show". Returns one of enum exit_status. */
int route_show(const struct options *options)
{
	struct problem problem;
	struct routes routes;
	int status;

	if (routes_read(&routes, options->pid, &problem)) {
		problem_print(&problem);
		return STATUS_FAILED;
	}
	if (options->json)
		print_json(&routes);
	else
		print_text(&routes);
	status = routes.silent.count ? STATUS_FAILED : STATUS_OK;
	if (!options->json)
		problem_list_print(&routes.silent);
	routes_free(&routes);
	return status;
}

/* ---- move ---- */

/* The route before or after it was moved. */
struct moment {
	const char *when;
	struct route route;
};

static const struct column moment_members[] = {
	COLUMN("WHEN", NULL, STRING, struct moment, when),
	COLUMN("VP", NULL, TEXT, struct moment, route.vp_text),
	COLUMN("VECTOR", NULL, HEX, struct moment, route.state.vector),
	COLUMN("DELIVERY", NULL, STRING, struct moment, route.delivery),
	COLUMN("HARDWARE", NULL, HEX, struct moment, route.hardware_vector),
	COLUMN("REASON", NULL, TEXT, struct moment, route.reason_text),
	COLUMN("MOVES", NULL, NUMBER, struct moment, route.state.moves),
};

static const struct columns moment_columns = COLUMNS(moment_members, struct moment);

static int find_among(const struct routes *routes, const struct options *options,
		      struct route *found, struct problem *problem)
{
	size_t count = 0;

	for (size_t i = 0; i < routes->count; i++) {
		if (routes->all[i].state.id == options->route) {
			*found = routes->all[i];
			count++;
		}
	}
	if (count == 1)
		return 0;
	if (count) {
		problem_what(problem, "%zu processes have a route %llu", count, options->route);
		problem_next(problem, "say which process by --pid; see vtlirq route show");
		return -EINVAL;
	}
	problem_what(problem, "there is no route %llu%s", options->route,
		     options->pid == UNKNOWN ? "" : " in that process");
	problem_next(problem, "choose one of those that vtlirq route show lists");
	return -ENOENT;
}

static int find(const struct options *options, u64 pid, struct route *found,
		struct problem *problem)
{
	struct routes routes;
	int error = routes_read(&routes, pid, problem);

	if (error)
		return error;
	problem_list_print(&routes.silent);
	error = find_among(&routes, options, found, problem);
	routes_free(&routes);
	return error;
}

static int prefer(struct vtlirq_client *peer, const struct options *options,
		  enum vtlirq_delivery delivery)
{
	if (options->delivery != delivery)
		return 0;
	return vtlirq_client_prefer(peer, options->route, delivery == VTLIRQ_REDIRECTED ?
				  VTLIRQ_PREFER_REDIRECTED : VTLIRQ_PREFER_PROXIED);
}

static int retarget(struct vtlirq_client *peer, const struct options *options,
		    const struct vtlirq_route_state *state)
{
	if (options->vp == UNKNOWN && options->vector == UNKNOWN)
		return 0;
	return vtlirq_client_retarget(peer, options->route,
				    options->vp == UNKNOWN ? state->vp : options->vp,
				    options->vector == UNKNOWN ? state->vector : options->vector);
}

/* In this order no hardware vector is allocated that the next step frees. */
static int move(const struct options *options, const struct route *route, struct problem *problem)
{
	struct vtlirq_client *peer;
	int error = vtlirq_client_open(path_of(PUBLICATIONS), route->pid, &peer);

	if (error) {
		explain_process(route->pid, -error, problem);
		return error;
	}
	error = prefer(peer, options, VTLIRQ_PROXIED);
	if (!error)
		error = retarget(peer, options, &route->state);
	if (!error)
		error = prefer(peer, options, VTLIRQ_REDIRECTED);
	vtlirq_client_close(peer);
	if (error) {
		problem_what(problem, "cannot move route %llu of process %llu", options->route,
			     route->pid);
		route_explain_failure(-error, 0, problem);
	}
	return error;
}

static void print_change(const struct options *options, const struct moment moments[2])
{
	if (!options->json) {
		table_print(stdout, &moment_columns, moments, 2, false);
		return;
	}
	json_open(NULL, '{');
	for (size_t i = 0; i < 2; i++)
		row_json(moments[i].when, &route_columns, &moments[i].route);
	json_end();
}

static int check_set(const struct options *options, const struct route *route,
		     struct problem *problem)
{
	if (route->state.vps == 1 || options->vp != UNKNOWN || options->vector == UNKNOWN)
		return 0;
	problem_what(problem, "route %llu goes to %u VPs, and this command moves to one",
		     options->route, route->state.vps);
	problem_next(problem, "say to which one by --vp");
	return -EINVAL;
}

/* The process falls back where it must; then this command did not do what was asked. */
static int check_delivery(const struct options *options, const struct route *after,
			  struct problem *problem)
{
	if (options->delivery == UNKNOWN || after->state.delivery == options->delivery)
		return 0;
	problem_what(problem, "route %llu stays %s: %.250s", options->route, after->delivery,
		     after->what);
	problem_next(problem, "%s", after->next);
	return -EOPNOTSUPP;
}

/* The command "route move". Returns one of enum exit_status. */
int route_move(const struct options *options)
{
	struct moment moments[2] = { { .when = "before" }, { .when = "after" } };
	struct problem problem;
	int error = find(options, options->pid, &moments[0].route, &problem);

	if (!error)
		error = check_set(options, &moments[0].route, &problem);
	if (!error)
		error = move(options, &moments[0].route, &problem);
	if (!error)
		error = find(options, moments[0].route.pid, &moments[1].route, &problem);
	if (!error) {
		print_change(options, moments);
		error = check_delivery(options, &moments[1].route, &problem);
	}
	if (!error)
		return STATUS_OK;
	problem_print(&problem);
	return STATUS_FAILED;
}
