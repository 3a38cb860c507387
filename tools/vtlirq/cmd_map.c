// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * vtlirq map: ask for hardware vectors by hand, and hold them.
 *
 * Owns: the options, the order of map, hold and unmap, and what each errno of the
 * map call means to the person at the keyboard.
 * Knows nothing of how the driver is called.
 */
#include <argp.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "cpu.h"
#include "driver_state.h"
#include "options.h"
#include "stop.h"
#include "table.h"
#include "vtl_file.h"

#define REASON_SIZE		128
#define QUOTA_FILE		"/sys/module/mshv_vtl/parameters/vectors_per_cpu"

static const char vmm_falls_back[] =
	"A VMM would let the host relay this interrupt (proxied delivery)";

/**
 * struct map_options - what the user asked for
 * @vector: the first proxy vector
 * @has_vector: it was given
 * @count: how many consecutive proxy vectors
 * @cpu: Linux's number of the CPU, if @has_cpu
 * @has_cpu: it was given
 * @apic_id: the CPU's APIC id, if @has_apic_id
 * @has_apic_id: it was given
 * @seconds: how long to hold, if @has_seconds
 * @has_seconds: it was given
 */
struct map_options {
	unsigned int vector;
	bool has_vector;
	unsigned int count;
	unsigned int cpu;
	bool has_cpu;
	u64 apic_id;
	bool has_apic_id;
	u64 seconds;
	bool has_seconds;
};

/**
 * struct holding - the mappings that this command holds
 * @file: the VTL file that holds them
 * @cpu: where they are
 * @count: how many there are
 * @hardware_vectors: their hardware vectors
 */
struct holding {
	int file;
	struct cpu_id cpu;
	unsigned int count;
	unsigned int hardware_vectors[VECTOR_LIMIT + 1];
};

static const struct argp_option options[] = {
	{ "vector", 'v', "V", 0, "Proxy vector, as VTL0 knows it (0 to 255)", 0 },
	{ "cpu", 'c', "N", 0, "Take the hardware vector on CPU N", 0 },
	{ "apic-id", 'i', "ID", 0, "Take it on the CPU with this APIC id", 0 },
	{ "count", 'n', "K", 0, "Map K vectors: V, V+1 and so on (default 1)", 0 },
	{ "seconds", 's', "S", 0, "Unmap after S seconds", 0 },
	{}
};

static error_t check(struct argp_state *state, const struct map_options *chosen)
{
	if (!chosen->has_vector)
		argp_error(state, "--vector is missing");
	if (chosen->has_cpu == chosen->has_apic_id)
		argp_error(state, "give one of --cpu and --apic-id");
	if (chosen->vector + chosen->count > VECTOR_LIMIT + 1)
		argp_error(state, "--count: %u is out of range; from vector %u on, give 1 to %u",
			   chosen->count, chosen->vector, VECTOR_LIMIT + 1 - chosen->vector);
	return 0;
}

static error_t parse(int key, char *text, struct argp_state *state)
{
	struct map_options *chosen = state->input;

	switch (key) {
	case 'v':
		chosen->vector = number_option(state, "--vector", text, 0, VECTOR_LIMIT);
		chosen->has_vector = true;
		return 0;
	case 'c':
		chosen->cpu = number_option(state, "--cpu", text, 0, CPU_LIMIT);
		chosen->has_cpu = true;
		return 0;
	case 'i':
		chosen->apic_id = number_option(state, "--apic-id", text, 0, U32_MAX);
		chosen->has_apic_id = true;
		return 0;
	case 'n':
		chosen->count = number_option(state, "--count", text, 1, VECTOR_LIMIT + 1);
		return 0;
	case 's':
		chosen->seconds = number_option(state, "--seconds", text, 0, SECONDS_LIMIT);
		chosen->has_seconds = true;
		return 0;
	case ARGP_KEY_END:
		return check(state, chosen);
	default:
		return option_common(key, text, state, NULL);
	}
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "--vector V (--cpu N | --apic-id ID)",
	.doc = "Ask the driver for hardware vectors that stand for vectors of VTL0, and hold them."
	       HELP_DETAILS
	       "One line per vector goes to standard output once all of them are mapped:\n"
	       "  hardware_vector=0x25 cpu=1 apic_id=1 proxy_vector=0x51\n"
	       "The mappings stand until SIGINT (Ctrl-C), SIGTERM or SIGHUP, or until the time\n"
	       "given by --seconds is over, and are then given back. Needs root.\n"
	       "See vtlirq-map(1).",
};

static int find_cpu(const struct map_options *chosen, struct cpu_id *cpu, struct problem *problem)
{
	struct cpu_ids ids;
	int error = cpu_ids_read(&ids, problem);

	if (error)
		return error;
	if (chosen->has_apic_id)
		error = cpu_find_apic_id(&ids, chosen->apic_id, cpu, problem);
	else
		error = cpu_find(&ids, chosen->cpu, cpu, problem);
	cpu_ids_free(&ids);
	if (!error && cpu->apic_id < 0) {
		problem_what(problem, "the APIC id of CPU %u is not to be found", cpu->cpu);
		problem_next(problem, "mount debugfs: mount -t debugfs none /sys/kernel/debug");
		error = -ENODATA;
	}
	return error;
}

/* Finds what the driver says about one CPU; false if it cannot be learned. */
static bool find_cpu_state(unsigned int cpu, struct cpu_state *found)
{
	struct problem ignored;
	struct cpu_state *cpus;
	bool is_there = false;
	size_t count;

	if (driver_state_cpus(&cpus, &count, &ignored))
		return false;
	for (size_t i = 0; i < count; i++) {
		if (cpus[i].cpu == cpu) {
			*found = cpus[i];
			is_there = true;
		}
	}
	free(cpus);
	return is_there;
}

static bool driver_redirects(void)
{
	struct problem ignored;
	int node = vtl_node_open(&ignored);
	int answer;

	if (node < 0)
		return true;
	answer = vtl_check_extension(node, MSHV_CAP_REDIRECTED_INTERRUPT);
	close(node);
	/* A driver that does not know the question may redirect all the same. */
	return answer;
}

static bool quota_is_met(const struct cpu_state *state)
{
	return state->quota && state->mapped + state->quarantined >= state->quota;
}

/* The driver has one errno for three reasons; its state tells which one it is. */
static void explain_exhaustion(const struct cpu_id *cpu, char why[REASON_SIZE],
			       struct problem *problem)
{
	struct cpu_state state;

	problem_next(problem, "see vtlirq list --all --cpu %u, or take another CPU. %s", cpu->cpu,
		     vmm_falls_back);
	if (!driver_redirects()) {
		snprintf(why, REASON_SIZE, "the driver cannot redirect on this machine");
		problem_next(problem, "see vtlirq status. %s", vmm_falls_back);
	} else if (!find_cpu_state(cpu->cpu, &state)) {
		snprintf(why, REASON_SIZE, "no vector is left there, or its quota is used up");
	} else if (quota_is_met(&state)) {
		snprintf(why, REASON_SIZE, "its quota is used up (%llu mapped, quota %llu)",
			 state.mapped, state.quota);
		problem_next(problem, "raise %s, or take another CPU. %s", QUOTA_FILE,
			     vmm_falls_back);
	} else {
		snprintf(why, REASON_SIZE, "the kernel has no vector left there (%llu mapped)",
			 state.mapped);
	}
}

static void explain_invalid(const struct cpu_id *cpu, unsigned int vector,
			    struct problem *problem)
{
	if (vector < FIRST_APIC_VECTOR)
		problem_next(problem, "give --vector %d to %d: a local APIC refuses those below",
			     FIRST_APIC_VECTOR, VECTOR_LIMIT);
	else
		problem_next(problem, "see in vtlirq status whether CPU %u is online", cpu->cpu);
}

static void explain_map(int error, const struct cpu_id *cpu, unsigned int vector,
			struct problem *problem)
{
	char why[REASON_SIZE];

	snprintf(why, sizeof(why), "%s", strerror(error));
	switch (error) {
	case ENODEV:
		explain_exhaustion(cpu, why, problem);
		break;
	case ENOSPC:
		problem_next(problem, "free vectors: see vtlirq list. %s", vmm_falls_back);
		break;
	case EINVAL:
		explain_invalid(cpu, vector, problem);
		break;
	case ENOTTY:
		problem_next(problem, "this driver cannot redirect; see vtlirq status. %s",
			     vmm_falls_back);
		break;
	case ENOMEM:
		problem_next(problem, "free memory, then try again");
		break;
	case EPERM:
	case EACCES:
		problem_next(problem, "run as root");
		break;
	default:
		problem_next(problem, "look for mshv in the kernel's log (dmesg)");
	}
	problem_what(problem, "cannot map vector 0x%02x on CPU %u (APIC id %lld): %s", vector,
		     cpu->cpu, cpu->apic_id, why);
}

static int map_one(struct holding *holding, unsigned int vector, struct problem *problem)
{
	int hardware_vector = vtl_map(holding->file, vector, holding->cpu.apic_id);

	if (hardware_vector < 0) {
		explain_map(-hardware_vector, &holding->cpu, vector, problem);
		return hardware_vector;
	}
	holding->hardware_vectors[holding->count++] = hardware_vector;
	return 0;
}

/* Gives everything back, last one first, and goes on if one is refused. */
static int unmap_all(struct holding *holding)
{
	struct problem problem;
	int result = 0;

	while (holding->count) {
		unsigned int vector = holding->hardware_vectors[--holding->count];
		int error = vtl_unmap(holding->file, vector, holding->cpu.apic_id);

		if (!error)
			continue;
		problem_what(&problem, "cannot unmap hardware vector 0x%02x on CPU %u: %s",
			     vector, holding->cpu.cpu, strerror(-error));
		problem_next(&problem, "report it; the driver takes it back as this command ends");
		problem_print(&problem);
		result = error;
	}
	return result;
}

static int map_all(struct holding *holding, const struct map_options *chosen)
{
	struct problem problem;
	int error = 0;

	for (unsigned int i = 0; !error && i < chosen->count; i++)
		error = map_one(holding, chosen->vector + i, &problem);
	if (!error)
		return 0;
	if (holding->count)
		note_print("the first %u of %u were mapped; giving them back", holding->count,
			   chosen->count);
	problem_print(&problem);
	unmap_all(holding);
	return error;
}

/* Returns false if the lines cannot be written. */
static bool print_mappings(const struct holding *holding, const struct map_options *chosen)
{
	for (unsigned int i = 0; i < holding->count; i++)
		printf("hardware_vector=0x%02x cpu=%u apic_id=%lld proxy_vector=0x%02x\n",
		       holding->hardware_vectors[i], holding->cpu.cpu, holding->cpu.apic_id,
		       chosen->vector + i);
	/* Whoever reads this waits for it in order to raise the interrupt. */
	return !fflush(stdout);
}

/* Returns the number of the signal that ended it, or 0. */
static int hold(const struct map_options *chosen)
{
	u64 deadline = NEVER;

	if (chosen->has_seconds)
		deadline = clock_now() + chosen->seconds * NANOSECONDS_PER_SECOND;
	if (!chosen->has_seconds)
		note_print("holding until Ctrl-C, SIGTERM or SIGHUP");
	else if (chosen->seconds)
		note_print("holding for %llu s; Ctrl-C ends it earlier", chosen->seconds);
	return stop_wait_until(deadline);
}

static int map_and_hold(struct holding *holding, const struct map_options *chosen)
{
	unsigned int count = chosen->count;
	int number;

	if (map_all(holding, chosen))
		return STATUS_FAILED;
	/* vtlirq_run() reports output that cannot be written. */
	if (!print_mappings(holding, chosen)) {
		unmap_all(holding);
		return STATUS_FAILED;
	}
	number = hold(chosen);
	if (unmap_all(holding))
		return STATUS_FAILED;
	note_print("%s%s: gave back %u hardware vector%s on CPU %u",
		   number ? "SIG" : "time is over", number ? sigabbrev_np(number) : "", count,
		   plural(count), holding->cpu.cpu);
	return STATUS_OK;
}

/**
 * cmd_map() - the command "map"
 * @argc: as main() gets it
 * @argv: as main() gets it, beginning with the command
 *
 * Return: one of enum exit_status.
 */
int cmd_map(int argc, char **argv)
{
	struct map_options chosen = { .count = 1 };
	struct holding holding = {};
	struct problem problem;
	int status;

	if (argp_parse(&argp, argc, argv, 0, NULL, &chosen))
		return STATUS_USAGE;
	holding.file = vtl_file_open(&problem);
	if (holding.file < 0 || find_cpu(&chosen, &holding.cpu, &problem)) {
		problem_print(&problem);
		return STATUS_FAILED;
	}
	/* Before anything is mapped, so that no signal leaves a mapping behind. */
	stop_prepare();
	status = map_and_hold(&holding, &chosen);
	close(holding.file);
	return status;
}
