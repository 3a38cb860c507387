// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Finding out whether the driver can be used, and if not, what would help.
 *
 * Owns: what is asked, what counts as a problem and what is only worth a note.
 * Knows nothing of how it is shown.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "number.h"
#include "paths.h"
#include "status.h"
#include "table.h"
#include "vtl_file.h"

static const struct {
	const char *suffix;
	const char *use;
} known_nodes[STATUS_NODES] = {
	{ "", "mappings and run pages" },
	{ "_hvcall", "calls to the host, for retargeting" },
	{ "_sint", "the host's messages, for a vmbus relay" },
	{ "_vtl_low", "memory of VTL0" },
};

static const struct status_capability known_capabilities[STATUS_CAPABILITIES] = {
	{ "CORE_API_STABLE", MSHV_CAP_CORE_API_STABLE, 0 },
	{ "REGISTER_PAGE", MSHV_CAP_REGISTER_PAGE, 0 },
	{ "VTL_RETURN_ACTION", MSHV_CAP_VTL_RETURN_ACTION, 0 },
	{ "DR6_SHARED", MSHV_CAP_DR6_SHARED, 0 },
	{ "LOWER_VTL_TIMER_VIRT", MSHV_CAP_LOWER_VTL_TIMER_VIRT, 0 },
	{ "REDIRECTED_INTERRUPT", MSHV_CAP_REDIRECTED_INTERRUPT, 0 },
	{ "VP_INTERRUPTS", MSHV_CAP_VP_INTERRUPTS, 0 },
	{ "PROXIED_INTERRUPT", MSHV_CAP_PROXIED_INTERRUPT, 0 },
	{ "TSC_DEADLINE_OFFLOAD", MSHV_CAP_TSC_DEADLINE_OFFLOAD, 0 },
};

static void find_nodes(struct status *status)
{
	for (size_t i = 0; i < STATUS_NODES; i++) {
		struct status_node *node = &status->nodes[i];
		struct stat about;

		node->path = memory_format("%s%s", path_of_node(), known_nodes[i].suffix);
		node->use = known_nodes[i].use;
		node->is_present = !stat(node->path, &about) && S_ISCHR(about.st_mode);
	}
}

static void ask_capabilities(struct status *status, int node)
{
	memcpy(status->capabilities, known_capabilities, sizeof(known_capabilities));
	for (size_t i = 0; i < STATUS_CAPABILITIES; i++) {
		struct status_capability *capability = &status->capabilities[i];

		capability->answer = vtl_check_extension(node, capability->number);
	}
}

static int find_answer(const struct status *status, unsigned int number)
{
	for (size_t i = 0; i < STATUS_CAPABILITIES; i++) {
		if (status->capabilities[i].number == number)
			return status->capabilities[i].answer;
	}
	return -EOPNOTSUPP;
}

static void judge_answers(struct status *status)
{
	int redirection = find_answer(status, MSHV_CAP_REDIRECTED_INTERRUPT);
	struct problem *problem;

	status->is_answering = status->capabilities[0].answer >= 0;
	if (status->is_answering && redirection > 0)
		return;
	problem = problem_list_add(&status->problems);
	if (!status->is_answering) {
		problem_what(problem, "%s does not answer as the Hyper-V VTL driver: %s",
			     path_of_node(), strerror(-status->capabilities[0].answer));
		problem_next(problem, "check VTLIRQ_NODE, and which driver is loaded (lsmod)");
	} else if (redirection == -EOPNOTSUPP) {
		problem_what(problem, "the driver does not say whether it can redirect");
		problem_next(problem, "try it: vtlirq map --vector 0x51 --cpu 0 --seconds 1");
	} else {
		problem_what(problem, "the driver cannot redirect interrupts on this machine");
		problem_next(problem, "look for mshv in dmesg; the host relays all (proxied)");
	}
}

static void try_vtl_file(struct status *status, int node)
{
	struct problem problem;
	int file;

	if (!status->is_answering)
		return;
	file = vtl_file_create(node, &problem);
	status->makes_files = file >= 0;
	if (file >= 0)
		close(file);
	else
		*problem_list_add(&status->problems) = problem;
}

static void ask_the_driver(struct status *status)
{
	struct problem problem;
	int node = vtl_node_open(&problem);

	if (node < 0) {
		*problem_list_add(&status->problems) = problem;
		return;
	}
	ask_capabilities(status, node);
	judge_answers(status);
	try_vtl_file(status, node);
	close(node);
}

/* A CPU on which the next mapping fails. The driver gives up what is in quarantine and quiet. */
static bool is_full(const struct cpu_state *cpu)
{
	return cpu->online && !cpu->free && !cpu->quarantined;
}

static void note_full_cpus(struct status *status)
{
	struct number_list full = {};
	struct problem *note;
	char *text;

	for (size_t i = 0; i < status->cpu_count; i++) {
		if (is_full(&status->cpus[i]))
			number_list_add(&full, status->cpus[i].cpu);
	}
	if (full.count) {
		text = number_list_format(&full);
		note = problem_list_add(&status->notes);
		problem_what(note, "CPU %s: no vector is left, or the quota is used up", text);
		problem_next(note, "see vtlirq list --all; the host relays what does not fit");
		free(text);
	}
	number_list_free(&full);
}

static void note_unmapped(struct status *status)
{
	struct problem *note;

	if (!status->totals.unmapped)
		return;
	note = problem_list_add(&status->notes);
	problem_what(note, "%llu interrupt%s arrived on a vector with no mapping",
		     status->totals.unmapped, plural(status->totals.unmapped));
	problem_next(note, "see column UNMAPPED for the CPU, and dmesg for the vector");
}

static void read_state(struct status *status)
{
	struct problem problem;
	int error = driver_state_cpus(&status->cpus, &status->cpu_count, &problem);

	if (!error)
		error = driver_state_totals(&status->totals, &problem);
	status->has_state = !error;
	if (!error) {
		note_full_cpus(status);
		note_unmapped(status);
	} else if (!status->problems.count) {
		/* With a problem of the driver itself, this is only its consequence. */
		*problem_list_add(&status->notes) = problem;
	}
}

/**
 * status_gather() - find out all that can be learned without changing anything
 * @status: what was found, to be given to status_free()
 */
void status_gather(struct status *status)
{
	*status = (struct status){};
	uname(&status->kernel);
	status->is_listed = module_is_listed();
	find_nodes(status);
	ask_the_driver(status);
	read_state(status);
}

/**
 * status_free() - give the memory back
 * @status: from status_gather()
 */
void status_free(struct status *status)
{
	for (size_t i = 0; i < STATUS_NODES; i++)
		free(status->nodes[i].path);
	free(status->cpus);
	problem_list_free(&status->problems);
	problem_list_free(&status->notes);
}
