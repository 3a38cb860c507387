// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Calls of the bench's module and of the driver. None of them is timed.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/mshv_vtl.h>

#include "../../lines/lines.h"
#include "program.h"

#define DRIVER_NODE		"/dev/mshv"
#define DRIVER_TOTALS		"/sys/kernel/debug/mshv_vtl/totals"
#define DRIVER_PARAMETERS	"/sys/module/mshv_vtl/parameters/"

int bench_open(void)
{
	int bench = open(BENCH_NODE, O_RDWR | O_CLOEXEC);

	if (bench < 0)
		die("%s: %s; load the module vtlirq_bench", BENCH_NODE, strerror(errno));
	return bench;
}

void bench_route(int bench, unsigned int kind, unsigned int vector, int eventfd)
{
	struct bench_route route = { .kind = kind, .vector = vector, .eventfd = eventfd };

	if (ioctl(bench, BENCH_SET_ROUTE, &route))
		die("cannot route the device (kind %u): %s", kind, strerror(errno));
}

void bench_sample(int bench, int64_t *ticks, unsigned int count, unsigned int value)
{
	struct bench_sample sample = {
		.ticks = (uintptr_t)ticks,
		.count = count,
		.value = value,
	};

	if (ioctl(bench, BENCH_SAMPLE, &sample))
		die("cannot take samples in the kernel: %s", strerror(errno));
}

uint64_t bench_count(int bench)
{
	__u64 count;

	if (ioctl(bench, BENCH_GET_COUNT, &count))
		die("cannot read the number of interrupts: %s", strerror(errno));
	return count;
}

void bench_allocations_start(int bench, unsigned int who)
{
	struct bench_allocations counters = { .who = who };

	if (ioctl(bench, BENCH_ALLOCATIONS_START, &counters))
		die("counting allocations: %s", strerror(errno));
}

struct bench_allocations bench_allocations_stop(int bench)
{
	struct bench_allocations counters = { };

	if (ioctl(bench, BENCH_ALLOCATIONS_STOP, &counters))
		die("cannot read the allocations: %s", strerror(errno));
	return counters;
}

int vtl_open(void)
{
	int node = open(DRIVER_NODE, O_RDWR | O_CLOEXEC);
	int vtl;

	if (node < 0)
		die("%s: %s; load the driver, mshv_vtl", DRIVER_NODE, strerror(errno));
	vtl = ioctl(node, MSHV_CREATE_VTL, 0);
	if (vtl < 0)
		die("making a VTL file: %s", strerror(errno));
	close(node);
	return vtl;
}

int vtl_map(int vtl, unsigned int proxy_vector)
{
	struct mshv_map_device_intr map = { .vector = proxy_vector, .create_mapping = 1 };

	if (ioctl(vtl, MSHV_MAP_REDIRECTED_DEVICE_INTERRUPT, &map))
		return -errno;
	return map.vector;
}

static uint64_t driver_total(const char *name)
{
	size_t length = strlen(name);
	FILE *file = fopen(DRIVER_TOTALS, "re");
	unsigned long long total = 0;
	int found = 0;
	char line[128];

	if (!file)
		die("%s: %s", DRIVER_TOTALS, strerror(errno));
	while (!found && fgets(line, sizeof(line), file))
		found = !strncmp(line, name, length) && sscanf(line + length, " %llu", &total) == 1;
	fclose(file);
	if (!found)
		die("%s has no line \"%s\"", DRIVER_TOTALS, name);
	return total;
}

uint64_t driver_relayed(void)
{
	return driver_total("relayed");
}

long driver_parameter(const char *name, long value)
{
	char path[128];
	long before;
	FILE *file;
	int ok;

	snprintf(path, sizeof(path), DRIVER_PARAMETERS "%s", name);
	file = fopen(path, "r+e");
	if (!file)
		die("%s: %s", path, strerror(errno));
	ok = fscanf(file, "%ld", &before) == 1;
	rewind(file);
	ok = ok && fprintf(file, "%ld\n", value) > 0;
	if (fclose(file) || !ok)
		die("%s cannot be set to %ld", path, value);
	return before;
}
