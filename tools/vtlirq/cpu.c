// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Linux's number of a CPU and the CPU's APIC id, one from the other.
 *
 * Owns: where they are learned. /proc/cpuinfo lists the CPUs that are online; where
 * it has no APIC ids, as on an architecture without APICs, the driver is asked for
 * the hardware ids that it goes by.
 * Knows nothing of what the CPUs are wanted for.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cpu.h"
#include "driver_state.h"
#include "paths.h"

/* Reads "key : number". */
static bool read_line(const char *line, const char *key, u64 *value)
{
	size_t length = strlen(key);
	const char *colon = strchr(line, ':');

	if (!colon || strncmp(line, key, length))
		return false;
	if (line + length + strspn(line + length, "\t ") != colon)
		return false;
	colon++;
	return !number_parse(colon + strspn(colon, "\t "), value);
}

static void read_all_lines(struct cpu_ids *ids, char *text)
{
	u64 value;
	char *line;

	while ((line = strsep(&text, "\n"))) {
		if (read_line(line, "processor", &value)) {
			ids->ids = memory_grow(ids->ids, ids->count + 1, sizeof(*ids->ids));
			ids->ids[ids->count++] = (struct cpu_id){
				.cpu = value,
				.apic_id = IDENTIFIER_UNKNOWN,
			};
		} else if (ids->count && read_line(line, "apicid", &value)) {
			ids->ids[ids->count - 1].apic_id = value;
		}
	}
}

/* A driver that cannot be asked leaves them unknown. */
static void ask_the_driver(struct cpu_ids *ids)
{
	struct problem ignored;
	struct cpu_state *cpus;
	size_t count;

	if (driver_state_cpus(&cpus, &count, &ignored))
		return;
	for (size_t i = 0; i < ids->count; i++) {
		for (size_t j = 0; j < count; j++) {
			if (ids->ids[i].cpu == cpus[j].cpu && ids->ids[i].apic_id < 0)
				ids->ids[i].apic_id = cpus[j].apic_id;
		}
	}
	free(cpus);
}

static bool all_are_known(const struct cpu_ids *ids)
{
	for (size_t i = 0; i < ids->count; i++) {
		if (ids->ids[i].apic_id < 0)
			return false;
	}
	return true;
}

/**
 * cpu_ids_read() - learn which CPUs are online, and their APIC ids
 * @ids: the CPUs, to be given to cpu_ids_free()
 * @problem: what is said if it fails
 *
 * Return: 0, or a negative errno; nothing to free then.
 */
int cpu_ids_read(struct cpu_ids *ids, struct problem *problem)
{
	const char *path = path_of_cpuinfo();
	char *text;
	int error;

	*ids = (struct cpu_ids){};
	if (file_read(path, &text, &error)) {
		problem_what(problem, "cannot read %s: %s", path, strerror(error));
		problem_next(problem, "mount proc on /proc, or correct VTLIRQ_CPUINFO");
		return -error;
	}
	read_all_lines(ids, text);
	free(text);
	if (!ids->count) {
		problem_what(problem, "%s names no processor", path);
		problem_next(problem, "mount proc on /proc, or correct VTLIRQ_CPUINFO");
		return -ENODATA;
	}
	if (!all_are_known(ids))
		ask_the_driver(ids);
	return 0;
}

/**
 * cpu_ids_free() - give the memory back
 * @ids: the CPUs, none afterwards
 */
void cpu_ids_free(struct cpu_ids *ids)
{
	free(ids->ids);
	*ids = (struct cpu_ids){};
}

/**
 * cpu_numbers() - the numbers of the CPUs alone
 * @ids: the CPUs
 *
 * Return: a list, to be given to number_list_free().
 */
struct number_list cpu_numbers(const struct cpu_ids *ids)
{
	struct number_list numbers = {};

	for (size_t i = 0; i < ids->count; i++)
		number_list_add(&numbers, ids->ids[i].cpu);
	return numbers;
}

/**
 * cpu_find() - look an online CPU up by Linux's number
 * @ids: the CPUs
 * @cpu: the number
 * @found: the CPU
 * @problem: what is said if it is not there
 *
 * Return: 0, or -ENOENT.
 */
int cpu_find(const struct cpu_ids *ids, unsigned int cpu, struct cpu_id *found,
	     struct problem *problem)
{
	struct number_list numbers;
	char *online;

	for (size_t i = 0; i < ids->count; i++) {
		if (ids->ids[i].cpu == cpu) {
			*found = ids->ids[i];
			return 0;
		}
	}
	numbers = cpu_numbers(ids);
	online = number_list_format(&numbers);
	problem_what(problem, "--cpu %u: this CPU is offline, or does not exist", cpu);
	problem_next(problem, "choose one of the CPUs that are online: %s", online);
	free(online);
	number_list_free(&numbers);
	return -ENOENT;
}

static char *list_apic_ids(const struct cpu_ids *ids)
{
	struct number_list numbers = {};
	char *text;

	for (size_t i = 0; i < ids->count; i++) {
		if (ids->ids[i].apic_id >= 0)
			number_list_add(&numbers, ids->ids[i].apic_id);
	}
	text = number_list_format(&numbers);
	number_list_free(&numbers);
	return text;
}

/**
 * cpu_find_apic_id() - look an online CPU up by its APIC id
 * @ids: the CPUs
 * @apic_id: the APIC id
 * @found: the CPU
 * @problem: what is said if it is not there
 *
 * Return: 0, or -ENOENT.
 */
int cpu_find_apic_id(const struct cpu_ids *ids, u64 apic_id, struct cpu_id *found,
		     struct problem *problem)
{
	char *known;

	for (size_t i = 0; i < ids->count; i++) {
		if (ids->ids[i].apic_id >= 0 && (u64)ids->ids[i].apic_id == apic_id) {
			*found = ids->ids[i];
			return 0;
		}
	}
	known = list_apic_ids(ids);
	problem_what(problem, "--apic-id %llu: no CPU that is online has this APIC id",
		     apic_id);
	problem_next(problem, "choose one of the APIC ids in use: %s", known);
	free(known);
	return -ENOENT;
}
