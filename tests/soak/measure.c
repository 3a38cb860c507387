// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Measures what the kernel has allocated; see soak.h.
 */
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "soak.h"

/* In this time, memory is freed that waits for a grace period or a kernel worker. */
#define SETTLE_MS	500
#define LOOKS		4

int64_t measure_available(void)
{
	FILE *file = fopen("/proc/meminfo", "re");
	long long value = 0;
	char line[128];

	check(file, "/proc/meminfo cannot be read");
	while (fgets(line, sizeof(line), file) &&
	       sscanf(line, "MemAvailable: %lld", &value) != 1)
		;
	fclose(file);
	check(value, "/proc/meminfo has no MemAvailable");
	return value;
}

int64_t measure_slab(void)
{
	FILE *file = fopen("/proc/slabinfo", "re");
	unsigned long long active, size, sum = 0;
	char line[512];

	check(file, "/proc/slabinfo cannot be read");
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%*s %llu %*u %llu", &active, &size) == 2)
			sum += active * size;
	}
	fclose(file);
	check(sum, "/proc/slabinfo has no caches");
	return sum / 1024;
}

static int64_t files_open(void)
{
	FILE *file = fopen("/proc/sys/fs/file-nr", "re");
	long long value = -1;

	check(file && fscanf(file, "%lld", &value) == 1, "file-nr cannot be read");
	fclose(file);
	return value;
}

static int64_t fds_open(void)
{
	DIR *directory = opendir("/proc/self/fd");
	int64_t count = 0;

	check(directory, "/proc/self/fd cannot be read");
	while (readdir(directory))
		count++;
	closedir(directory);
	return count;
}

static int64_t interrupt_rows(void)
{
	FILE *file = fopen("/proc/interrupts", "re");
	char line[4096];
	int64_t count = 0;

	check(file, "/proc/interrupts cannot be read");
	while (fgets(line, sizeof(line), file))
		count++;
	fclose(file);
	return count;
}

/* Allocates all vectors of a CPU, and frees them. Returns how many there were. */
static int64_t vectors_left(unsigned int cpu)
{
	int vtl = vtl_open(), vectors[PROXY_COUNT], count = vtl_map_all(vtl, cpu, vectors);

	close(vtl);
	return count;
}

static void settle(void)
{
	quarantine_wait_empty();
	sleep_ms(SETTLE_MS);
	sync();
	check(!text_write("/proc/sys/vm/drop_caches", 0, "3\n"), "drop_caches cannot be written");
	sleep_ms(SETTLE_MS);
}

/* Takes the best of several readings: memory that others hold for a moment is not lost. */
struct measure measure_take(void)
{
	struct measure measure = { .available = 0 };
	long quota = driver_parameter("vectors_per_cpu", 0);
	unsigned int cpu, look;
	int64_t value;

	/* Freed vectors can be allocated again when they are quiet. */
	quarantine_wait_empty();
	for (cpu = 0; cpu < lab.cpus; cpu++)
		measure.vectors[cpu] = vectors_left(cpu);
	driver_parameter("vectors_per_cpu", quota);
	for (look = 0; look < LOOKS; look++) {
		settle();
		value = measure_available();
		if (value > measure.available)
			measure.available = value;
		value = measure_slab();
		if (!look || value < measure.slab)
			measure.slab = value;
	}
	measure.files = files_open();
	measure.fds = fds_open();
	measure.descriptors = irq_descriptors();
	measure.rows = interrupt_rows();
	return measure;
}
