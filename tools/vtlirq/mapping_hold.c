// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * vtlirq mapping hold: allocates hardware vectors by hand, and holds them.
 *
 * Owns: the order of map, hold and unmap, and the explanation of each errno of the map call.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <vtlirq.h>

#include "command.h"

#define QUOTA_FILE		"/sys/module/mshv_vtl/parameters/vectors_per_cpu"

/* A mapping that this command holds. */
struct held {
	u64 hardware_vector;
	u64 cpu;
	u64 apic_id;
	u64 proxy_vector;
};

/* What this command holds. */
struct holding {
	int file;
	u64 cpu;
	u64 apic_id;
	unsigned int count;
	struct held all[VECTOR_LIMIT + 1];
};

static const struct column held_members[] = {
	COLUMN(NULL, "hardware_vector", HEX, struct held, hardware_vector, .show = IN_RECORD),
	COLUMN(NULL, "cpu", NUMBER, struct held, cpu, .show = IN_RECORD),
	COLUMN(NULL, "apic_id", NUMBER, struct held, apic_id, .show = IN_RECORD),
	COLUMN(NULL, "proxy_vector", HEX, struct held, proxy_vector, .show = IN_RECORD),
};

static const struct columns held_columns = COLUMNS(held_members, struct held);

static void explain(int error, unsigned int vector, struct problem *problem)
{
	static const struct {
		int error;
		const char *next;
	} advice[] = {
		{ ENODEV, "see vtlirq vp show for its quota and vtlirq mapping show --all; raise "
		  QUOTA_FILE ", or take another CPU" },
		{ ENOSPC, "free vectors: see vtlirq mapping show" },
		{ EINVAL, "see in vtlirq vp show whether that CPU is online" },
		{ ENOTTY, "this driver cannot redirect; see vtlirq doctor" },
		{ ENOMEM, "free memory, then try again" },
		{ EPERM, "run as root" },
		{ EACCES, "run as root" },
	};

	problem_what(problem, "%s", strerror(error));
	problem_next(problem, "look for mshv in the kernel's log (dmesg)");
	for (size_t i = 0; i < ARRAY_SIZE(advice); i++) {
		if (advice[i].error == error)
			problem_next(problem, "%s", advice[i].next);
	}
	if (error == ENODEV)
		problem_what(problem, "no vector is left there, its quota is used up, or the driver cannot redirect");
	if (error == EINVAL && vector < FIRST_APIC_VECTOR)
		problem_next(problem, "give --vector %d to %d: a local APIC refuses those below",
			     FIRST_APIC_VECTOR, VECTOR_LIMIT);
}

/* ---- mapping and unmapping ---- */

static int find_cpu(struct holding *holding, u64 cpu, struct problem *problem)
{
	unsigned int apic_id = 0;
	int error = vtlirq_vp_apic_id(cpu, &apic_id);

	holding->cpu = cpu;
	holding->apic_id = apic_id;
	problem_what(problem, "--cpu %llu: this CPU is offline, or does not exist", cpu);
	problem_next(problem, "choose one that vtlirq vp show lists as online");
	return error;
}

static int map_one(struct holding *holding, unsigned int vector, struct problem *problem)
{
	int hardware_vector = driver_map(holding->file, vector, holding->apic_id);
	struct problem why;

	if (hardware_vector >= 0) {
		holding->all[holding->count++] = (struct held){
			hardware_vector, holding->cpu, holding->apic_id, vector
		};
		return 0;
	}
	explain(-hardware_vector, vector, &why);
	problem_what(problem, "cannot map vector 0x%02x on CPU %llu (APIC id %llu): %.250s", vector,
		     holding->cpu, holding->apic_id, why.what);
	problem_next(problem, "%s", why.next);
	return hardware_vector;
}

/* Unmaps the last one first, and goes on if the driver refuses one. */
static int unmap_all(struct holding *holding)
{
	struct problem problem;
	int result = 0;

	while (holding->count) {
		const struct held *held = &holding->all[--holding->count];
		int error = driver_unmap(holding->file, held->hardware_vector, held->apic_id);

		if (!error)
			continue;
		problem_what(&problem, "cannot unmap hardware vector 0x%02llx on CPU %llu: %s",
			     held->hardware_vector, held->cpu, strerror(-error));
		problem_next(&problem, "report it; the driver frees it as this command ends");
		problem_print(&problem);
		result = error;
	}
	return result;
}

static int map_all(struct holding *holding, const struct options *options)
{
	struct problem problem;
	int error = 0;

	for (unsigned int i = 0; !error && i < options->count; i++)
		error = map_one(holding, options->vector + i, &problem);
	if (!error)
		return 0;
	if (holding->count)
		note_print("mapped the first %u of %llu; unmapping them", holding->count,
			   options->count);
	problem_print(&problem);
	unmap_all(holding);
	return error;
}

/* Returns false if the lines cannot be written. */
static bool print_all(const struct holding *holding, const struct options *options)
{
	for (unsigned int i = 0; i < holding->count; i++)
		record_print(&held_columns, &holding->all[i], options->json);
	/* A reader may wait for this in order to raise the interrupt. */
	return !fflush(stdout);
}

static int map_and_hold(struct holding *holding, const struct options *options)
{
	int number;

	if (map_all(holding, options))
		return STATUS_FAILED;
	/* vtlirq_run() reports that the output cannot be written. */
	if (!print_all(holding, options)) {
		unmap_all(holding);
		return STATUS_FAILED;
	}
	number = stop_wait_until(hold_until(options->hold_ms));
	if (unmap_all(holding))
		return STATUS_FAILED;
	note_print("%s: unmapped %llu hardware vector%s on CPU %llu", stop_name(number),
		   options->count, plural(options->count), holding->cpu);
	return STATUS_OK;
}

/* The command "mapping hold". Returns one of enum exit_status. */
int mapping_hold(const struct options *options)
{
	struct holding holding = {};
	struct problem problem;
	int status;

	holding.file = driver_open_file(&problem);
	if (holding.file < 0 || find_cpu(&holding, options->cpu, &problem)) {
		problem_print(&problem);
		return STATUS_FAILED;
	}
	/* Before anything is mapped, so that no signal leaves a mapping behind. */
	stop_prepare();
	status = map_and_hold(&holding, options);
	close(holding.file);
	return status;
}
