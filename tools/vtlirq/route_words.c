// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What is said of a route: in a cell of a table, which holds no space, and in a
 * sentence that tells why the route is proxied and what would help.
 *
 * Owns: the words of a cell, and what would help. The sentences for reasons and for the
 * host's answers are the library's.
 * Knows nothing of where the words are printed.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "route_words.h"

static const struct {
	const char *word;
	const char *next;
} reasons[] = {
	[VTLIRQ_REASON_NONE] = { NO_CELL, "nothing is to be done" },
	[VTLIRQ_REASON_DISABLED] = {
		"disabled",
		"unset " VTLIRQ_ENVIRONMENT_DISABLE " for that process, or see its settings" },
	[VTLIRQ_REASON_DRIVER] = { "driver", "see vtlirq doctor" },
	[VTLIRQ_REASON_HOST] = { "host", "see vtlirq doctor" },
	[VTLIRQ_REASON_MULTICAST] = {
		"multicast", "one vector cannot do that; let the guest aim it at one VP" },
	[VTLIRQ_REASON_NO_VECTOR] = {
		"no-vector", "see vtlirq list --all, or move it: vtlirq retarget" },
	[VTLIRQ_REASON_QUOTA] = {
		"quota", "see QUOTA in vtlirq status, or move it: vtlirq retarget" },
	[VTLIRQ_REASON_REFUSED] = { "refused", "look for the device in the host's log" },
	[VTLIRQ_REASON_PREFERRED] = {
		"preferred", "undo it: vtlirq retarget ROUTE --way redirected" },
	[VTLIRQ_REASON_DEMOTED] = {
		"demoted", "raise the quota if there are vectors left: see vtlirq status" },
	[VTLIRQ_REASON_ERROR] = {
		"error", "look for mshv in the kernel's log (dmesg)" },
};

static void join_words(char *text)
{
	for (; *text; text++) {
		if (*text == ' ')
			*text = '-';
	}
}

/**
 * route_reason_word() - why a route is proxied, in one word
 * @route: the route
 *
 * Return: the word, "-" if it is redirected.
 */
const char *route_reason_word(const struct vtlirq_route_state *route)
{
	/* A library that is newer than this command may have a reason more. */
	return route->reason < ARRAY_SIZE(reasons) ? reasons[route->reason].word : "?";
}

/**
 * route_reason_cell() - the same, with the host's answer or the driver's errno
 * @route: the route
 *
 * Return: for example "quota", or "refused:invalid-device-ID"; to be given to free().
 */
char *route_reason_cell(const struct vtlirq_route_state *route)
{
	const char *word = route_reason_word(route);
	char *cell;

	if (route->reason == VTLIRQ_REASON_REFUSED)
		cell = memory_format("%s:%s", word, vtlirq_hv_status_name(route->status));
	else if (route->reason == VTLIRQ_REASON_ERROR)
		cell = memory_format("%s:%s", word, strerrorname_np(route->error) ?: "?");
	else
		cell = memory_format("%s", word);
	join_words(cell);
	return cell;
}

/**
 * route_vp_cell() - where a route goes
 * @route: the route
 *
 * Return: its VP, and how many others there are in its set: "0", or "0+3". To be
 * given to free().
 */
char *route_vp_cell(const struct vtlirq_route_state *route)
{
	if (route->vps > 1)
		return memory_format("%u+%u", route->vp, route->vps - 1);
	return memory_format("%u", route->vp);
}

/**
 * route_name_cell() - what its VMM calls a route
 * @route: the route
 *
 * Return: the name, or "-"; to be given to free().
 */
char *route_name_cell(const struct vtlirq_route_state *route)
{
	return memory_format("%s", *route->name ? route->name : NO_CELL);
}

/**
 * route_device_cell() - what a route is for, as well as that is known
 * @route: the route
 *
 * Return: its name, or else the device's number; to be given to free().
 */
char *route_device_cell(const struct vtlirq_route_state *route)
{
	if (*route->name)
		return route_name_cell(route);
	return memory_format("0x%" PRIx64, route->interrupt.device_id);
}

/**
 * route_hardware_cell() - the hardware vector of a route
 * @route: the route
 *
 * Return: the vector, or "-" if it is proxied; to be given to free().
 */
char *route_hardware_cell(const struct vtlirq_route_state *route)
{
	if (route->delivery != VTLIRQ_REDIRECTED)
		return memory_format(NO_CELL);
	return memory_format("0x%02x", route->hardware_vector);
}

/**
 * route_explain() - say why a route is proxied, and what would help
 * @route: the route
 * @why: where it goes
 */
void route_explain(const struct vtlirq_route_state *route, struct problem *why)
{
	const char *name = vtlirq_reason_name(route->reason);

	problem_what(why, "%s", name);
	problem_next(why, "use the vtlirq of the same release");
	if (route->reason < ARRAY_SIZE(reasons))
		problem_next(why, "%s", reasons[route->reason].next);
	if (route->reason == VTLIRQ_REASON_REFUSED)
		problem_what(why, "%s: its answer was 0x%04x, %s", name, route->status,
			     vtlirq_hv_status_name(route->status));
	else if (route->reason == VTLIRQ_REASON_ERROR)
		problem_what(why, "%s: %s", name, strerror(route->error));
}

/**
 * route_has_same_reason() - would the same be said of two routes?
 * @a: a route
 * @b: another
 *
 * Return: true if route_explain() says the same.
 */
bool route_has_same_reason(const struct vtlirq_route_state *a,
			   const struct vtlirq_route_state *b)
{
	if (a->reason != b->reason)
		return false;
	if (a->reason == VTLIRQ_REASON_REFUSED)
		return a->status == b->status;
	return a->reason != VTLIRQ_REASON_ERROR || a->error == b->error;
}

/**
 * route_explain_failure() - say why a route could not be made or moved
 * @error: what the library gave, positive
 * @status: the host's last answer if it is known, or 0
 * @problem: where the cause is added to what stands there, and what to do next
 */
void route_explain_failure(int error, uint32_t status, struct problem *problem)
{
	size_t used = strlen(problem->what);
	const char *why = strerror(error);

	problem_next(problem, "look for mshv in the kernel's log (dmesg)");
	if (error == ENXIO) {
		why = "the host knows no such interrupt, or refuses it altogether";
		problem_next(problem, "check device id, MSI address and data; see vtlirq doctor");
	} else if (error == EOPNOTSUPP) {
		why = "there is no host that can be asked";
		problem_next(problem, "see vtlirq doctor");
	} else if (error == EINVAL) {
		why = "the VP or the vector cannot be had";
		problem_next(problem, "give a VP that is online, and a vector of 16 to 255");
	} else if (error == EEXIST) {
		why = "this process has a route for that interrupt already";
		problem_next(problem, "move that one: vtlirq retarget");
	} else if (error == ENOENT) {
		why = "there is no such route any more";
		problem_next(problem, "see vtlirq routes");
	} else if (error == EPERM || error == EACCES) {
		problem_next(problem, "run as root");
	}
	snprintf(problem->what + used, sizeof(problem->what) - used, ": %s", why);
	if (error == ENXIO && status) {
		used = strlen(problem->what);
		snprintf(problem->what + used, sizeof(problem->what) - used, " (%s)",
			 vtlirq_hv_status_name(status));
	}
}
