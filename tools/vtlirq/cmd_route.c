// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * vtlirq route: make routes by hand, publish them, and hold them.
 *
 * Owns: the options, the order of make, publish, hold and destroy, the policy's clock,
 * and the line that is printed of a route.
 * Knows nothing of how the library finds the way.
 */
#include <argp.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "options.h"
#include "paths.h"
#include "route_words.h"
#include "run_page.h"
#include "stop.h"
#include "table.h"
#include "vtl_file.h"

#define ROUTES_MAX		(VECTOR_LIMIT + 1 - FIRST_APIC_VECTOR)
#define SHORTEST_REBALANCE_MS	10
#define HOLD_LIMIT_MS		(SECONDS_LIMIT * 1000ULL)
#define SET_WORDS		(VTLIRQ_VPS_MAX / 64)

enum { OPTION_VPS = OPTION_OWN, OPTION_MULTICAST, OPTION_PROXIED };

/**
 * struct route_options - what the user asked for
 * @interrupt: of the first route
 * @has_device: its device was given
 * @has_msi: its address and data were given
 * @vector: of the first route; 0: not given
 * @vps: the VPs it goes to
 * @multicast: each interrupt goes to all of them
 * @proxied: never redirect
 * @count: how many routes
 * @rebalance_ms: time between two rounds of the policy; 0: none
 * @hold_ms: how long to hold, if @has_hold
 * @has_hold: it was given
 */
struct route_options {
	struct vtlirq_interrupt interrupt;
	bool has_device;
	bool has_msi;
	unsigned int vector;
	struct number_list vps;
	bool multicast;
	bool proxied;
	unsigned int count;
	u64 rebalance_ms;
	u64 hold_ms;
	bool has_hold;
};

/**
 * struct route_holding - the routes that this command holds
 * @file: the VTL file
 * @irqs: the library's context
 * @count: how many routes there are
 * @routes: the routes
 * @shown: how each was when it was printed last
 */
struct route_holding {
	int file;
	struct vtlirq *irqs;
	unsigned int count;
	struct vtlirq_route *routes[ROUTES_MAX];
	struct vtlirq_route_state shown[ROUTES_MAX];
};

static const struct argp_option options[] = {
	{ "device", 'd', "ID", 0, "The device, by the id that the host knows it by", 0 },
	{ "msi", 'm', "ADDRESS:DATA", 0, "Its interrupt: address and data of the MSI", 0 },
	{ "vector", 'v', "V", 0, "Proxy vector, as VTL0 knows it (16 to 255)", 0 },
	{ "vp", 'c', "N", 0, "Let it come to VP N", 0 },
	{ "vps", OPTION_VPS, "LIST", 0, "Let it come to one VP of a set, such as 0-3,6", 0 },
	{ "multicast", OPTION_MULTICAST, NULL, 0, "Let each come to all VPs of the set", 0 },
	{ "proxied", OPTION_PROXIED, NULL, 0, "Do not redirect", 0 },
	{ "count", 'n', "K", 0, "Make K routes: DATA, DATA+1... to V, V+1... (default 1)", 0 },
	{ "rebalance", 'r', "S", 0, "Promote and demote by the policy every S seconds", 0 },
	{ "seconds", 's', "S", 0, "Give the routes up after S seconds", 0 },
	{}
};

/* ---- options ---- */

/* A device id uses all 64 bits, which number_parse() does not take. */
static uint64_t read_device(struct argp_state *state, const char *text)
{
	bool hexadecimal = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
	const char *digits = hexadecimal ? text + 2 : text;
	const char *allowed = hexadecimal ? "0123456789abcdefABCDEF" : "0123456789";
	uint64_t id;

	errno = 0;
	id = strtoull(digits, NULL, hexadecimal ? 16 : 10);
	if (!*digits || digits[strspn(digits, allowed)] || errno)
		argp_error(state, "--device: '%s' is no device id; give a number of 64 bits", text);
	return id;
}

static void read_msi(struct argp_state *state, char *text, struct route_options *chosen)
{
	char *colon = strchr(text, ':');

	if (!colon)
		argp_error(state, "--msi: '%s' has no colon; give ADDRESS:DATA", text);
	*colon = '\0';
	chosen->interrupt.address = number_option(state, "--msi ADDRESS", text, 0, U32_MAX);
	chosen->interrupt.data = number_option(state, "--msi DATA", colon + 1, 0, U32_MAX);
	chosen->has_msi = true;
}

/* "5", or "0-3". */
static void read_range(struct argp_state *state, char *text, struct number_list *vps)
{
	char *dash = strchr(text, '-');
	u64 first;
	u64 last;

	if (dash)
		*dash = '\0';
	first = number_option(state, "--vps", text, 0, VTLIRQ_VPS_MAX - 1);
	last = first;
	if (dash)
		last = number_option(state, "--vps", dash + 1, first, VTLIRQ_VPS_MAX - 1);
	for (u64 vp = first; vp <= last; vp++)
		number_list_add(vps, vp);
}

static void read_vps(struct argp_state *state, char *text, struct number_list *vps)
{
	char *range;

	while ((range = strsep(&text, ",")))
		read_range(state, range, vps);
}

static void check(struct argp_state *state, const struct route_options *chosen)
{
	if (!chosen->has_device)
		argp_error(state, "--device is missing");
	if (!chosen->has_msi)
		argp_error(state, "--msi is missing");
	if (!chosen->vector)
		argp_error(state, "--vector is missing");
	if (!chosen->vps.count)
		argp_error(state, "give --vp or --vps");
	if (chosen->vector + chosen->count > VECTOR_LIMIT + 1)
		argp_error(state, "--count: %u is out of range; from vector %u on, give 1 to %u",
			   chosen->count, chosen->vector, VECTOR_LIMIT + 1 - chosen->vector);
	if (chosen->interrupt.data > U32_MAX - (chosen->count - 1))
		argp_error(state, "--count: the MSI data of the last route has more than 32 bits");
}

static error_t parse(int key, char *text, struct argp_state *state)
{
	struct route_options *chosen = state->input;

	switch (key) {
	case 'd':
		chosen->interrupt.device_id = read_device(state, text);
		chosen->has_device = true;
		return 0;
	case 'm':
		read_msi(state, text, chosen);
		return 0;
	case 'v':
		chosen->vector = number_option(state, "--vector", text, FIRST_APIC_VECTOR,
					       VECTOR_LIMIT);
		return 0;
	case 'c':
		number_list_add(&chosen->vps,
				number_option(state, "--vp", text, 0, VTLIRQ_VPS_MAX - 1));
		return 0;
	case OPTION_VPS:
		read_vps(state, text, &chosen->vps);
		return 0;
	case OPTION_MULTICAST:
		chosen->multicast = true;
		return 0;
	case OPTION_PROXIED:
		chosen->proxied = true;
		return 0;
	case 'n':
		chosen->count = number_option(state, "--count", text, 1, ROUTES_MAX);
		return 0;
	case 'r':
		chosen->rebalance_ms = option_seconds(state, "--rebalance", text,
						      SHORTEST_REBALANCE_MS, HOLD_LIMIT_MS);
		return 0;
	case 's':
		chosen->hold_ms = option_seconds(state, "--seconds", text, 0, HOLD_LIMIT_MS);
		chosen->has_hold = true;
		return 0;
	case ARGP_KEY_END:
		check(state, chosen);
		return 0;
	default:
		return option_common(key, text, state, NULL);
	}
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "--device ID --msi ADDRESS:DATA --vector V (--vp N | --vps LIST)",
	.doc = "Let interrupts of a device come to VTL0 by the better way, and hold them there."
	       HELP_DETAILS
	       "One line per route goes to standard output, and again whenever it has changed:\n"
	       "  route=1 device=0x8 msi=0xfee00000:0x0 vector=0x51 vp=1 way=redirected\n"
	       "  hardware_vector=0x24 reason=-  (on one line)\n"
	       "The routes are published for vtlirq routes, retarget and top. They stand until\n"
	       "SIGINT (Ctrl-C), SIGTERM or SIGHUP, or until --seconds are over. Needs root.\n"
	       "No VMM may route the same interrupts. See vtlirq-route(1).",
};

/* ---- what is printed of a route ---- */

static void print_route(const struct vtlirq_route_state *state)
{
	char *vp = route_vp_cell(state);
	char *hardware = route_hardware_cell(state);
	char *reason = route_reason_cell(state);

	printf("route=%" PRIu64 " device=0x%" PRIx64 " msi=0x%x:0x%x vector=0x%02x vp=%s",
	       state->id, state->interrupt.device_id, state->interrupt.address,
	       state->interrupt.data, state->vector, vp);
	printf(" way=%s hardware_vector=%s reason=%s\n",
	       vtlirq_delivery_name(state->delivery), hardware, reason);
	free(reason);
	free(hardware);
	free(vp);
}

static bool has_changed(const struct vtlirq_route_state *old,
			const struct vtlirq_route_state *new)
{
	return old->delivery != new->delivery || old->vp != new->vp || old->vector != new->vector ||
	       old->hardware_vector != new->hardware_vector || old->reason != new->reason;
}

/* Whoever reads these lines waits for them, in order to raise the interrupt. */
static void print_changes(struct route_holding *holding)
{
	for (unsigned int i = 0; i < holding->count; i++) {
		struct vtlirq_route_state now;

		if (vtlirq_route_state(holding->routes[i], &now))
			continue;
		if (has_changed(&holding->shown[i], &now))
			print_route(&now);
		holding->shown[i] = now;
	}
	fflush(stdout);
}

/* The reason in words, once for all routes that have the same. */
static void explain_fallbacks(const struct route_holding *holding)
{
	for (unsigned int i = 0; i < holding->count; i++) {
		const struct vtlirq_route_state *state = &holding->shown[i];
		struct problem why;

		if (state->delivery != VTLIRQ_PROXIED)
			continue;
		if (i && route_has_same_reason(state, &holding->shown[i - 1]))
			continue;
		route_explain(state, &why);
		note_print("route %" PRIu64 " is proxied: %s", state->id, why.what);
	}
}

/* ---- making and destroying ---- */

static int destroy_all(struct route_holding *holding)
{
	struct problem problem;
	int result = 0;

	while (holding->count) {
		int error = vtlirq_route_destroy(holding->routes[--holding->count]);

		if (!error)
			continue;
		problem_what(&problem, "the host did not take an interrupt back: %s",
			     strerror(-error));
		problem_next(&problem, "silence the device; its vector is free as this ends");
		problem_print(&problem);
		result = error;
	}
	return result;
}

static int make_one(struct route_holding *holding, const struct route_options *chosen,
		    struct problem *problem)
{
	uint64_t words[SET_WORDS] = {};
	struct vtlirq_target target = {
		.vector = chosen->vector + holding->count,
		.flags = chosen->multicast ? VTLIRQ_TARGET_MULTICAST : 0,
		.vps = words,
		.words = SET_WORDS,
	};
	struct vtlirq_interrupt interrupt = chosen->interrupt;
	int error;

	for (size_t i = 0; i < chosen->vps.count; i++)
		words[chosen->vps.values[i] / 64] |= 1ULL << chosen->vps.values[i] % 64;
	interrupt.data += holding->count;
	error = vtlirq_route_create(holding->irqs, &interrupt, &target,
				    &holding->routes[holding->count]);
	if (!error) {
		holding->count++;
		return 0;
	}
	problem_what(problem, "cannot route MSI 0x%x:0x%x of device 0x%" PRIx64 " to vector 0x%02x",
		     interrupt.address, interrupt.data, interrupt.device_id, target.vector);
	route_explain_failure(-error, vtlirq_last_hv_status(holding->irqs), problem);
	return error;
}

static int make_all(struct route_holding *holding, const struct route_options *chosen,
		    struct problem *problem)
{
	int error = 0;

	for (unsigned int i = 0; !error && i < chosen->count; i++)
		error = make_one(holding, chosen, problem);
	if (error && holding->count)
		note_print("the first %u of %u were made; giving them up", holding->count,
			   chosen->count);
	return error;
}

static int publish(struct vtlirq *irqs, struct problem *problem)
{
	const char *folder = path_of_publications();
	int error = vtlirq_publish(irqs, folder);

	if (!error)
		return 0;
	problem_what(problem, "cannot publish the routes in %s: %s", folder, strerror(-error));
	problem_next(problem, "see whether root can write there, or set VTLIRQ_DIRECTORY");
	return error;
}

/* Else interrupts would go nowhere, and nobody would know why. */
static void warn_of_blocked(const struct route_holding *holding)
{
	for (unsigned int i = 0; i < holding->count; i++) {
		const struct vtlirq_route_state *state = &holding->shown[i];
		struct problem ignored;
		struct mshv_vtl_run *run;

		if (!vtl_run_page(holding->file, state->vp, &run, &ignored) &&
		    run_page_blocks(run, state->vector))
			note_print("VP %u: the VMM blocks vector 0x%02x (proxy_irr_blocked)",
				   state->vp, state->vector);
	}
}

/* ---- holding ---- */

static void rebalance(struct route_holding *holding)
{
	int moved = vtlirq_rebalance(holding->irqs);

	if (moved < 0)
		note_print("the policy could not run: %s", strerror(-moved));
	else if (moved)
		note_print("the policy moved %d route%s", moved, plural(moved));
}

/* Returns the number of the signal that ended it, or 0. */
static int hold(struct route_holding *holding, const struct route_options *chosen)
{
	u64 now = clock_now();
	u64 end = chosen->has_hold ? now + chosen->hold_ms * NANOSECONDS_PER_MS : NEVER;
	u64 step = chosen->rebalance_ms ? chosen->rebalance_ms * NANOSECONDS_PER_MS
					: NANOSECONDS_PER_SECOND;
	int number = 0;

	if (!chosen->has_hold)
		note_print("holding until Ctrl-C, SIGTERM or SIGHUP");
	else if (chosen->hold_ms)
		note_print("holding for %g s; Ctrl-C ends it earlier", chosen->hold_ms / 1000.0);
	while (!number && now < end && !ferror(stdout)) {
		number = stop_wait_until(now + step < end ? now + step : end);
		if (!number && chosen->rebalance_ms)
			rebalance(holding);
		/* Others move routes too: see vtlirq retarget. */
		print_changes(holding);
		now = clock_now();
	}
	return number;
}

static int hold_and_give_up(struct route_holding *holding, const struct route_options *chosen)
{
	unsigned int count = holding->count;
	int number;

	print_changes(holding);
	explain_fallbacks(holding);
	warn_of_blocked(holding);
	number = hold(holding, chosen);
	/* vtlirq_run() reports output that cannot be written. */
	if (destroy_all(holding) || ferror(stdout))
		return STATUS_FAILED;
	note_print("%s%s: gave up %u route%s", number ? "SIG" : "time is over",
		   number ? sigabbrev_np(number) : "", count, plural(count));
	return STATUS_OK;
}

static int open_library(struct route_holding *holding, const struct route_options *chosen,
			struct problem *problem)
{
	struct vtlirq_config config = {
		.size = sizeof(config),
		.flags = VTLIRQ_CONFIG_VTL_FD |
			 (chosen->proxied ? VTLIRQ_CONFIG_NO_REDIRECT : 0),
	};
	int error;

	holding->file = vtl_file_open(problem);
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

static int run(struct route_holding *holding, const struct route_options *chosen)
{
	struct problem problem;
	int status = STATUS_FAILED;

	if (open_library(holding, chosen, &problem)) {
		problem_print(&problem);
		return STATUS_FAILED;
	}
	if (publish(holding->irqs, &problem) || make_all(holding, chosen, &problem)) {
		problem_print(&problem);
		destroy_all(holding);
	} else {
		status = hold_and_give_up(holding, chosen);
	}
	vtlirq_close(holding->irqs);
	close(holding->file);
	return status;
}

/**
 * cmd_route() - the command "route"
 * @argc: as main() gets it
 * @argv: as main() gets it, beginning with the command
 *
 * Return: one of enum exit_status.
 */
int cmd_route(int argc, char **argv)
{
	struct route_options chosen = { .count = 1 };
	struct route_holding holding = {};
	int status;

	if (argp_parse(&argp, argc, argv, 0, NULL, &chosen))
		return STATUS_USAGE;
	/* Before there is a route, so that no signal leaves one behind. */
	stop_prepare();
	status = run(&holding, &chosen);
	number_list_free(&chosen.vps);
	return status;
}
