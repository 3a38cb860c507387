/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef VTLIRQ_STATUS_H
#define VTLIRQ_STATUS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/utsname.h>

#include "driver_state.h"
#include "problem.h"

#define STATUS_NODES		4
#define STATUS_CAPABILITIES	9

/**
 * struct status_node - a node that the driver may offer
 * @path: of the node
 * @is_present: it is there
 * @use: what it is for
 */
struct status_node {
	char *path;
	bool is_present;
	const char *use;
};

/**
 * struct status_capability - something that the driver may be able to do
 * @name: as in the header, without MSHV_CAP_
 * @number: the capability
 * @answer: its value, or a negative errno
 */
struct status_capability {
	const char *name;
	unsigned int number;
	int answer;
};

/**
 * struct status - all that can be learned about the driver without changing anything
 * @kernel: that runs
 * @is_listed: the kernel lists the driver as a module
 * @is_answering: the node is the driver's
 * @makes_files: VTL files can be made
 * @nodes: the nodes
 * @capabilities: what CHECK_EXTENSION answers; valid if @is_answering
 * @has_state: @cpus and @totals are valid
 * @cpus: what the driver says about each CPU
 * @cpu_count: how many
 * @totals: the driver's sums
 * @problems: why interrupts cannot be redirected
 * @notes: what else is worth knowing; all works without
 */
struct status {
	struct utsname kernel;
	bool is_listed;
	bool is_answering;
	bool makes_files;
	struct status_node nodes[STATUS_NODES];
	struct status_capability capabilities[STATUS_CAPABILITIES];
	bool has_state;
	struct cpu_state *cpus;
	size_t cpu_count;
	struct totals totals;
	struct problem_list problems;
	struct problem_list notes;
};

void status_gather(struct status *status);
void status_free(struct status *status);

#endif /* VTLIRQ_STATUS_H */
