// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Fuzzes what the command reads: the driver's files in debugfs, /proc/cpuinfo,
 * numbers. And the library's reading of /proc/cpuinfo, whose file is included.
 */
#include "apic_id.c"
#undef NDEBUG
#include <assert.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cpu.h"
#include "driver_state.h"
#include "number.h"

static char directory[64];

static void file_write(const char *name, const uint8_t *data, size_t size)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	close(fd);
}

static void directory_remove(void)
{
	static const char *const names[] = { "mappings", "cpus", "vps", "totals", "cpuinfo" };
	char path[128];
	size_t i;

	for (i = 0; i < 5; i++) {
		snprintf(path, sizeof(path), "%s/%s", directory, names[i]);
		unlink(path);
	}
	rmdir(directory);
}

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	char path[80];

	(void)argc;
	(void)argv;
	snprintf(directory, sizeof(directory), "/dev/shm/vtlirq-fuzz.XXXXXX");
	assert(mkdtemp(directory));
	atexit(directory_remove);
	setenv("VTLIRQ_DEBUGFS", directory, 1);
	snprintf(path, sizeof(path), "%s/cpuinfo", directory);
	setenv("VTLIRQ_CPUINFO", path, 1);
	return 0;
}

static void words_check(const char *word, size_t size)
{
	assert(strnlen(word, size) < size);
}

static void mappings_fuzz(const uint8_t *data, size_t size)
{
	struct mapping *mappings;
	struct problem problem;
	size_t count, i;

	file_write("mappings", data, size);
	if (driver_state_mappings(&mappings, &count, &problem)) {
		words_check(problem.what, sizeof(problem.what));
		return;
	}
	for (i = 0; i < count; i++) {
		words_check(mappings[i].state, sizeof(mappings[i].state));
		mapping_is_live(&mappings[i]);
		assert(!i || mappings[i - 1].cpu <= mappings[i].cpu);
	}
	free(mappings);
}

static void cpus_fuzz(const uint8_t *data, size_t size)
{
	struct cpu_state *cpus;
	struct problem problem;
	size_t count;

	file_write("cpus", data, size);
	if (!driver_state_cpus(&cpus, &count, &problem))
		free(cpus);
}

static void vps_fuzz(const uint8_t *data, size_t size)
{
	struct vp_state *vps;
	struct problem problem;
	size_t count;

	file_write("vps", data, size);
	if (!driver_state_vps(&vps, &count, &problem))
		free(vps);
}

static void totals_fuzz(const uint8_t *data, size_t size)
{
	struct problem problem;
	struct totals totals;

	file_write("totals", data, size);
	driver_state_totals(&totals, &problem);
}

static void cpu_ids_check(const struct cpu_ids *ids)
{
	struct number_list numbers = cpu_numbers(ids);
	struct problem problem;
	struct cpu_id found;
	size_t i;

	for (i = 0; i < ids->count; i++) {
		assert(!cpu_find(ids, ids->ids[i].cpu, &found, &problem));
		assert(found.cpu == ids->ids[i].cpu);
		assert(number_list_has(&numbers, found.cpu));
		assert(!i || i >= numbers.count || numbers.values[i - 1] < numbers.values[i]);
		if (ids->ids[i].apic_id >= 0)
			assert(!cpu_find_apic_id(ids, ids->ids[i].apic_id, &found, &problem));
	}
	cpu_find(ids, 7777, &found, &problem);
	number_list_free(&numbers);
}

static void cpuinfo_fuzz(const uint8_t *data, size_t size)
{
	struct problem problem;
	struct cpu_ids ids;
	uint32_t apic_id;
	FILE *file;

	file_write("cpuinfo", data, size);
	if (!cpu_ids_read(&ids, &problem)) {
		cpu_ids_check(&ids);
		cpu_ids_free(&ids);
	}
	file = size ? fmemopen((void *)data, size, "r") : NULL;
	if (!file)
		return;
	search(file, 1, &apic_id);
	fclose(file);
}

static void number_fuzz(const uint8_t *data, size_t size)
{
	char text[32] = "", again[32];
	u64 value, back;

	memcpy(text, data, size < 31 ? size : 31);
	if (number_parse(text, &value))
		return;
	snprintf(again, sizeof(again), "%llu", value);
	assert(!number_parse(again, &back) && back == value);
	snprintf(again, sizeof(again), "0x%llx", value);
	assert(!number_parse(again, &back) && back == value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const parts[])(const uint8_t *data, size_t size) = {
		mappings_fuzz, cpus_fuzz, vps_fuzz, totals_fuzz, cpuinfo_fuzz, number_fuzz,
	};

	if (size)
		parts[data[0] % 6](data + 1, size - 1);
	return 0;
}
