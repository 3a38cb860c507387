// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * vtlirq route hold: creates routes, publishes them, and holds them.
 *
 * Owns: the order of create, publish, hold and destroy, and when the policy runs.
 */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "command.h"

#define ROUTES_MAX	(VECTOR_LIMIT + 1)
#define SET_WORDS	(VTLIRQ_VPS_MAX / 64)

/* What this command holds. */
struct holding {
	int file;
	struct vtlirq *irqs;
	unsigned int count;
	struct vtlirq_route *routes[ROUTES_MAX];
	/* Each as it was printed last. */
	struct vtlirq_route_state shown[ROUTES_MAX];
};

/* ---- what is printed of a route ---- */

static void print_route(const struct options *options, const struct vtlirq_route_state *state)
{
	struct route route = route_describe(getpid(), state);

	record_print(&route_columns, &route, options->json);
}

static bool has_changed(const struct vtlirq_route_state *old,
			const struct vtlirq_route_state *new)
{
	return old->delivery != new->delivery || old->vp != new->vp || old->vector != new->vector ||
	       old->hardware_vector != new->hardware_vector || old->reason != new->reason;
}

/* Flushes, since a reader may wait for these lines in order to raise the interrupt. */
static void print_changes(struct holding *holding, const struct options *options)
{
	for (unsigned int i = 0; i < holding->count; i++) {
		struct vtlirq_route_state now;

		if (vtlirq_route_state(holding->routes[i], &now))
			continue;
		if (has_changed(&holding->shown[i], &now))
			print_route(options, &now);
		holding->shown[i] = now;
	}
	fflush(stdout);
}

/* Gives a reason once for all routes in sequence that have it. */
static void explain_fallbacks(const struct holding *holding)
{
	struct route last = {};

	for (unsigned int i = 0; i < holding->count; i++) {
		struct route route = route_describe(getpid(), &holding->shown[i]);

		if (route.reason && strcmp(route.what, last.what))
			note_print("route %" PRIu64 " is proxied: %s", route.state.id, route.what);
		last = route;
	}
}

/* ---- creating and destroying ---- */

static int destroy_all(struct holding *holding)
{
	struct problem problem;
	int result = 0;

	while (holding->count) {
		int error = vtlirq_route_destroy(holding->routes[--holding->count]);

		if (!error)
			continue;
		problem_what(&problem, "the host did not take back an interrupt: %s",
			     strerror(-error));
		problem_next(&problem, "silence the device; its vector is freed as this ends");
		problem_print(&problem);
		result = error;
	}
	return result;
}

static int create_one(struct holding *holding, const struct options *options,
		      struct problem *problem)
{
	unsigned int at = holding->count;
	uint64_t words[SET_WORDS] = {};
	struct vtlirq_target target = {
		.vector = options->vector + at,
		.flags = options->multicast ? VTLIRQ_TARGET_MULTICAST : 0,
		.vps = words,
		.words = SET_WORDS,
	};
	struct vtlirq_interrupt interrupt = { options->device, options->address,
					      options->data + at };
	int error;

	for (size_t i = 0; i < options->vps.count; i++)
		words[options->vps.values[i] / 64] |= 1ULL << options->vps.values[i] % 64;
	error = vtlirq_route_create(holding->irqs, &interrupt, &target, &holding->routes[at]);
	if (!error) {
		holding->count++;
		return 0;
	}
	problem_what(problem, "cannot route MSI 0x%x:0x%x of device 0x%" PRIx64 " to vector 0x%02x",
		     interrupt.address, interrupt.data, interrupt.device_id, target.vector);
	route_explain_failure(-error, vtlirq_last_hv_status(holding->irqs), problem);
	return error;
}

static int create_all(struct holding *holding, const struct options *options,
		      struct problem *problem)
{
	int error = 0;

	for (unsigned int i = 0; !error && i < options->count; i++)
		error = create_one(holding, options, problem);
	if (error && holding->count)
		note_print("created the first %u of %llu; destroying them", holding->count,
			   options->count);
	return error;
}

static int publish(struct vtlirq *irqs, struct problem *problem)
{
	const char *folder = path_of(PUBLICATIONS);
	int error = vtlirq_publish(irqs, folder);

	if (!error)
		return 0;
	problem_what(problem, "cannot publish the routes in %s: %s", folder, strerror(-error));
	problem_next(problem, "see whether root can write there, or set VTLIRQ_DIRECTORY");
	return error;
}

/* ---- holding ---- */

static void rebalance(struct holding *holding)
{
	int moved = vtlirq_rebalance(holding->irqs);

	if (moved < 0)
		note_print("the policy could not run: %s", strerror(-moved));
	else if (moved)
		note_print("the policy moved %d route%s", moved, plural(moved));
}

/* Returns the number of the signal that ended it, or 0. */
static int hold(struct holding *holding, const struct options *options)
{
	bool has_policy = options->rebalance_ms != UNKNOWN;
	u64 step = (has_policy ? options->rebalance_ms : 1000) * NANOSECONDS_PER_MS;
	u64 now = clock_now();
	u64 end = hold_until(options->hold_ms);
	int number = 0;

	while (!number && now < end && !ferror(stdout)) {
		number = stop_wait_until(now + step < end ? now + step : end);
		if (!number && has_policy)
			rebalance(holding);
		/* Others move routes as well: see vtlirq route move. */
		print_changes(holding, options);
		now = clock_now();
	}
	return number;
}

static int hold_and_destroy(struct holding *holding, const struct options *options)
{
	unsigned int count = holding->count;
	int number;

	print_changes(holding, options);
	explain_fallbacks(holding);
	number = hold(holding, options);
	/* vtlirq_run() reports that the output cannot be written. */
	if (destroy_all(holding) || ferror(stdout))
		return STATUS_FAILED;
	note_print("%s: destroyed %u route%s", stop_name(number), count, plural(count));
	return STATUS_OK;
}

static int open_library(struct holding *holding, const struct options *options,
			struct problem *problem)
{
	struct vtlirq_config config = {
		.size = sizeof(config),
		.flags = VTLIRQ_CONFIG_VTL_FD | (options->proxied ? VTLIRQ_CONFIG_NO_REDIRECT : 0),
	};
	int error;

	holding->file = driver_open_file(problem);
	if (holding->file < 0)
		return holding->file;
	config.vtl_fd = holding->file;
	error = vtlirq_open(&config, &holding->irqs);
	if (error) {
		problem_what(problem, "cannot use the driver: %s", strerror(-error));
		problem_next(problem, "see vtlirq doctor");
		close(holding->file);
	}
	return error;
}

/* The command "route hold". Returns one of enum exit_status. */
int route_hold(const struct options *options)
{
	struct holding holding = {};
	struct problem problem;
	int status = STATUS_FAILED;

	/*
	 * Before a route is created, so that no signal leaves one behind, for the host would go on
	 * redirecting it. A reader that has gone is seen by an error of the output.
	 */
	signal(SIGPIPE, SIG_IGN);
	stop_prepare();
	if (open_library(&holding, options, &problem)) {
		problem_print(&problem);
		return STATUS_FAILED;
	}
	if (publish(holding.irqs, &problem) || create_all(&holding, options, &problem)) {
		problem_print(&problem);
		destroy_all(&holding);
	} else {
		status = hold_and_destroy(&holding, options);
	}
	vtlirq_close(holding.irqs);
	close(holding.file);
	return status;
}
