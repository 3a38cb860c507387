/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef VTLIRQ_ROUTES_H
#define VTLIRQ_ROUTES_H

#include <stddef.h>
#include <sys/types.h>

#include <vtlirq.h>

#include "table.h"

#define PROCESS_NAME_SIZE	32
#define ROUTE_TEXT_SIZE		64

/**
 * struct route - a route of a process, at one moment, as it is shown
 * @hardware_vector: UNKNOWN if it is proxied
 * @vp_text: its VP, and how many others its set has: "0", or "0+3"
 * @label: its name, or else the device id
 * @reason: why it is proxied, in one word; NULL if it is redirected
 * @reason_text: the same, with the host's answer or the errno: "refused:invalid-device-ID"
 * @what: the same in a sentence; empty if it is redirected
 * @next: what to do about it
 * @redirected_rate: interrupts per second that come redirected; negative: unknown
 * @proxied_rate: that come proxied
 */
struct route {
	u64 pid;
	struct vtlirq_route_state state;
	u64 hardware_vector;
	char vp_text[ROUTE_TEXT_SIZE];
	char label[ROUTE_TEXT_SIZE];
	const char *delivery;
	const char *reason;
	char reason_text[ROUTE_TEXT_SIZE];
	const char *host_status;
	char what[sizeof(((struct problem *)0)->what)];
	const char *next;
	double redirected_rate;
	double proxied_rate;
};

/* A process that publishes its routes; its name is "?" if it ended meanwhile. */
struct process {
	u64 pid;
	char name[PROCESS_NAME_SIZE];
	struct vtlirq_summary summary;
};

/* The routes of all processes, sorted, and why some processes could not be asked (@silent). */
struct routes {
	size_t count;
	struct route *all;
	size_t process_count;
	struct process *processes;
	struct problem_list silent;
};

extern const struct columns route_columns;

int routes_read(struct routes *routes, u64 only, struct problem *problem);
void routes_free(struct routes *routes);
void explain_process(pid_t pid, int error, struct problem *problem);

struct route route_describe(pid_t pid, const struct vtlirq_route_state *state);
void route_explain_failure(int error, uint32_t status, struct problem *problem);

#endif /* VTLIRQ_ROUTES_H */
