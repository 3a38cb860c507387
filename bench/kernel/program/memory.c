// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Measures how much memory the driver allocates, in bytes as rounded up by the slab allocator.
 *
 * It reports the driver's own allocations for a mapping and for a CPU, and all allocations for
 * a mapping. Most of the latter are the kernel's own: descriptor, chip data, sysfs entries.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../../lines/lines.h"
#include "program.h"

#define GROUP		"memory"
#define MAPPINGS	50
#define PROXY_FIRST	32

static void load(const char *file)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		die("%s: %s", file, strerror(errno));
	if (syscall(SYS_finit_module, fd, "", 0))
		die("loading %s: %s", file, strerror(errno));
	close(fd);
}

static double map_counted(int bench, int vtl, unsigned int first, unsigned int count,
			  unsigned int who)
{
	unsigned int i;
	int vector;

	bench_allocations_start(bench, who);
	for (i = first; i < first + count; i++) {
		vector = vtl_map(vtl, i);
		if (vector < 0)
			die("mapping 0x%02x: %s", i, strerror(-vector));
	}
	return bench_allocations_stop(bench).bytes;
}

/* The VM has one CPU: global allocations are counted as if they belonged to a CPU. */
static double load_counted(int bench, const char *file)
{
	bench_allocations_start(bench, BENCH_COUNT_DRIVER);
	load(file);
	return bench_allocations_stop(bench).bytes;
}

void memory_all(const char *file)
{
	double loaded, row, own, all;
	int bench = bench_open(), vtl;

	loaded = load_counted(bench, file);
	vtl = vtl_open();
	/* A VTL file's first mapping on a CPU also allocates the file's own row there. */
	row = map_counted(bench, vtl, PROXY_FIRST, 1, BENCH_COUNT_DRIVER);
	own = map_counted(bench, vtl, PROXY_FIRST + 1, MAPPINGS, BENCH_COUNT_DRIVER) / MAPPINGS;
	all = map_counted(bench, vtl, PROXY_FIRST + 1 + MAPPINGS, MAPPINGS, BENCH_COUNT_CALLER) /
	      MAPPINGS;
	if (!loaded || !own)
		die("the driver's allocations were not seen");

	lines_remark("memory: the driver asks for %g bytes when it is loaded", loaded);
	lines_remark("memory: and for %g at a VTL file's first mapping on a CPU", row);
	lines_value(GROUP, "mapping, the driver's own", "bytes", MAPPINGS, own);
	lines_value(GROUP, "mapping, with the kernel's own", "bytes", MAPPINGS, all);
	lines_value(GROUP, "CPU, the driver's own", "bytes", 1, loaded + row - own);
	lines_remark("memory: a CPU also has its run page, 4096 bytes, as the contract says");
	close(vtl);
	close(bench);
}
