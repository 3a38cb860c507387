// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Fuzzes what the command reads: the driver's files in debugfs, and numbers; and the library's
 * function that reads /proc/cpuinfo, whose source file is included.
 */
#include "apic_id.c"
#undef NDEBUG
#include <assert.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "machine.h"

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
	static const char *const names[] = { "mappings", "cpus", "vps" };
	char path[128];
	size_t i;

	for (i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "%s/%s", directory, names[i]);
		unlink(path);
	}
	rmdir(directory);
}

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	char path[80];

	snprintf(directory, sizeof(directory), "/dev/shm/vtlirq-fuzz.XXXXXX");
	assert(mkdtemp(directory));
	atexit(directory_remove);
	setenv("VTLIRQ_DEBUGFS", directory, 1);
	/* There is no driver: only debugfs is read. */
	snprintf(path, sizeof(path), "%s/node", directory);
	setenv("VTLIRQ_NODE", path, 1);
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
	if (state_mappings(&mappings, &count, &problem)) {
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

static void vps_read(void)
{
	struct problem_list missing = {};
	struct vp *vps;
	size_t count;

	if (!state_vps(&vps, &count, &missing))
		free(vps);
	/* The missing driver is always reported as a problem. */
	assert(missing.count);
	problem_list_free(&missing);
}

static void cpus_fuzz(const uint8_t *data, size_t size)
{
	file_write("cpus", data, size);
	vps_read();
}

static void vps_fuzz(const uint8_t *data, size_t size)
{
	static const char cpus[] =
		"cpu hardware_id online mapped quarantined free quota relayed blocked unmapped\n"
		"0 0 1 1 0 9 0 1 0 0\n1 2 1 0 0 9 0 0 0 0\n";

	file_write("cpus", (const uint8_t *)cpus, sizeof(cpus) - 1);
	file_write("vps", data, size);
	vps_read();
}

static void both_fuzz(const uint8_t *data, size_t size)
{
	file_write("cpus", data, size);
	file_write("vps", data, size);
	vps_read();
}

/* This tests the library's function, not the command's. */
static void cpuinfo_fuzz(const uint8_t *data, size_t size)
{
	FILE *file = size ? fmemopen((void *)data, size, "r") : NULL;
	uint32_t apic_id;

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
		mappings_fuzz, cpus_fuzz, vps_fuzz, both_fuzz, cpuinfo_fuzz, number_fuzz,
	};

	if (size)
		parts[data[0] % 6](data + 1, size - 1);
	return 0;
}
