// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * How a route is shown: its columns, the word for each reason why it is proxied, and
 * what to do about it.
 *
 * The sentences for reasons and for the host's answers are the library's.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machine.h"

#define ROUTE(heading, key, kind, member, ...) \
	COLUMN(heading, key, kind, struct route, member, ##__VA_ARGS__)

static const struct column all[] = {
	ROUTE("PID", "pid", NUMBER, pid),
	ROUTE("ROUTE", "route", NUMBER, state.id, .show = IN_RECORD),
	ROUTE("DEVICE", "device_id", HEX_TEXT, state.interrupt.device_id, .show = IN_RECORD),
	ROUTE(NULL, "msi_address", HEX, state.interrupt.address, .show = IN_RECORD),
	ROUTE("MSI-DATA", "msi_data", HEX, state.interrupt.data, .show = IN_RECORD),
	ROUTE("VECTOR", "proxy_vector", HEX, state.vector, .show = IN_RECORD),
	ROUTE("VP", NULL, TEXT, vp_text),
	ROUTE(NULL, "vp", NUMBER, state.vp, .show = IN_RECORD),
	ROUTE(NULL, "vps", NUMBER, state.vps),
	ROUTE(NULL, "multicast", FLAG, state.multicast),
	ROUTE("DELIVERY", "delivery", STRING, delivery, .show = IN_RECORD),
	ROUTE("HARDWARE", "hardware_vector", HEX, hardware_vector, .show = IN_RECORD),
	ROUTE("REASON", NULL, TEXT, reason_text),
	ROUTE(NULL, "reason", STRING, reason, .show = IN_RECORD),
	ROUTE(NULL, "host_status", NUMBER, state.status),
	ROUTE(NULL, "host_status_name", STRING, host_status),
	ROUTE(NULL, "error", NUMBER, state.error),
	ROUTE(NULL, "what", TEXT, what),
	ROUTE(NULL, "next", STRING, next),
	ROUTE("REDIRECTED", "redirected", NUMBER, state.redirected),
	ROUTE("PROXIED", "proxied", NUMBER, state.proxied),
	ROUTE("RATE", "rate", NUMBER, state.rate),
	ROUTE("MOVES", "moves", NUMBER, state.moves),
	ROUTE(NULL, "promotions", NUMBER, state.promotions),
	ROUTE(NULL, "demotions", NUMBER, state.demotions),
	ROUTE("AGE", "age_ms", AGE, state.age_ms),
	ROUTE("NAME", "name", TEXT, state.name),
};

const struct columns route_columns = COLUMNS(all, struct route);

static const struct {
	const char *word;
	const char *next;
} reasons[] = {
	[VTLIRQ_REASON_NONE] = { NULL, "" },
	[VTLIRQ_REASON_DISABLED] = {
		"disabled",
		"unset " VTLIRQ_ENVIRONMENT_DISABLE " for that process, or see its settings" },
	[VTLIRQ_REASON_DRIVER] = { "driver", "see vtlirq doctor" },
	[VTLIRQ_REASON_HOST] = { "host", "see vtlirq doctor" },
	[VTLIRQ_REASON_MULTICAST] = {
		"multicast", "no hardware vector can do that; let the guest choose one VP" },
	[VTLIRQ_REASON_NO_VECTOR] = {
		"no-vector", "see vtlirq mapping show --all, or move it: vtlirq route move" },
	[VTLIRQ_REASON_QUOTA] = {
		"quota", "see QUOTA in vtlirq vp show, or move it: vtlirq route move" },
	[VTLIRQ_REASON_REFUSED] = { "refused", "look for the device in the host's log" },
	[VTLIRQ_REASON_PREFERRED] = {
		"preferred", "undo it: vtlirq route move ROUTE --delivery redirected" },
	[VTLIRQ_REASON_DEMOTED] = {
		"demoted", "raise the quota if there are vectors left: see vtlirq vp show" },
	[VTLIRQ_REASON_ERROR] = {
		"error", "look for mshv in the kernel's log (dmesg)" },
};

/* No cell holds a space. */
static void join_words(char *text)
{
	for (; *text; text++) {
		if (*text == ' ')
			*text = '-';
	}
}

static void describe_reason(struct route *route)
{
	const struct vtlirq_route_state *state = &route->state;
	const char *name = vtlirq_reason_name(state->reason);
	/* A library that is newer than this command may have one more. */
	bool is_known = state->reason < ARRAY_SIZE(reasons);
	char *text;

	route->reason = is_known ? reasons[state->reason].word : "?";
	if (!route->reason)
		return;
	route->next = is_known ? reasons[state->reason].next : "use the vtlirq of the same release";
	snprintf(route->what, sizeof(route->what), "%s", name);
	text = memory_format("%s", route->reason);
	if (state->reason == VTLIRQ_REASON_REFUSED) {
		free(text);
		text = memory_format("%s:%s", route->reason, vtlirq_hv_status_name(state->status));
		snprintf(route->what, sizeof(route->what), "%s: its answer was 0x%04x, %s", name,
			 state->status, vtlirq_hv_status_name(state->status));
	} else if (state->reason == VTLIRQ_REASON_ERROR) {
		free(text);
		text = memory_format("%s:%s", route->reason, strerrorname_np(state->error) ?: "?");
		snprintf(route->what, sizeof(route->what), "%s: %s", name, strerror(state->error));
	}
	snprintf(route->reason_text, sizeof(route->reason_text), "%s", text);
	join_words(route->reason_text);
	free(text);
}

/* Prepares a route for being shown. Returns the route. */
struct route route_describe(pid_t pid, const struct vtlirq_route_state *state)
{
	bool is_redirected = state->delivery == VTLIRQ_REDIRECTED;
	struct route route = {
		.pid = pid,
		.state = *state,
		.hardware_vector = is_redirected ? state->hardware_vector : UNKNOWN,
		.delivery = is_redirected ? "redirected" : "proxied",
		.host_status = state->status ? vtlirq_hv_status_name(state->status) : NULL,
		.redirected_rate = -1,
		.proxied_rate = -1,
	};

	if (state->vps > 1)
		snprintf(route.vp_text, sizeof(route.vp_text), "%u+%u", state->vp, state->vps - 1);
	else
		snprintf(route.vp_text, sizeof(route.vp_text), "%u", state->vp);
	if (*state->name)
		memcpy(route.label, state->name, sizeof(state->name));
	else
		snprintf(route.label, sizeof(route.label), "0x%" PRIx64,
			 state->interrupt.device_id);
	join_words(route.label);
	describe_reason(&route);
	return route;
}

/* Says why a route could not be created or moved. */
void route_explain_failure(int error, uint32_t status, struct problem *problem)
{
	static const struct {
		int error;
		const char *why;
		const char *next;
	} causes[] = {
		{ ENXIO, "the host knows no such interrupt, or refuses it altogether",
		  "check device id, MSI address and data; see vtlirq doctor" },
		{ EOPNOTSUPP, "there is no host that can be asked", "see vtlirq doctor" },
		{ EINVAL, "there is no such VP, or the vector is not allowed",
		  "give a VP that is online, and a vector of 16 to 255" },
		{ EEXIST, "this process has a route for that interrupt already",
		  "move that one: vtlirq route move" },
		{ ENOENT, "the route does not exist any more", "see vtlirq route show" },
		{ EPERM, NULL, "run as root" },
		{ EACCES, NULL, "run as root" },
	};
	const char *why = strerror(error);
	size_t used = strlen(problem->what);
	bool has_status = error == ENXIO && status;

	problem_next(problem, "look for mshv in the kernel's log (dmesg)");
	for (size_t i = 0; i < ARRAY_SIZE(causes); i++) {
		if (causes[i].error != error)
			continue;
		why = causes[i].why ? causes[i].why : why;
		problem_next(problem, "%s", causes[i].next);
	}
	snprintf(problem->what + used, sizeof(problem->what) - used, ": %s%s%s%s", why,
		 has_status ? " (" : "", has_status ? vtlirq_hv_status_name(status) : "",
		 has_status ? ")" : "");
}
