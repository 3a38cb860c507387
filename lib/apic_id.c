// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * APIC ids of the CPUs that are online, from /proc/cpuinfo.
 *
 * They are not cached: a CPU may go offline, and the same CPU number may come back with
 * another APIC id.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* This is as in system.h, which is not included: a fuzzer compiles this file alone. */
#pragma GCC visibility push(default)
#include "vtlirq.h"
#pragma GCC visibility pop

/* Return: whether the line is "KEY<blanks>: NUMBER". */
static bool read_field(const char *line, const char *key, uint32_t *number)
{
	char format[32];

	snprintf(format, sizeof(format), "%s : %%u", key);
	return sscanf(line, format, number) == 1;
}

static int search(FILE *file, uint32_t vp, uint32_t *apic_id)
{
	char *line = NULL;
	size_t size = 0;
	uint32_t processor = UINT32_MAX;
	int error = -ENOENT;

	while (error && getline(&line, &size, file) >= 0) {
		if (read_field(line, "processor", &processor))
			continue;
		if (processor == vp && read_field(line, "apicid", apic_id))
			error = 0;
	}
	/* getline() failed before the end of the file, without a read error: out of memory. */
	if (error && !feof(file))
		error = ferror(file) ? -EIO : -ENOMEM;
	free(line);
	return error;
}

int vtlirq_vp_apic_id(uint32_t vp, uint32_t *apic_id)
{
	FILE *file;
	int error;

	do {
		file = fopen("/proc/cpuinfo", "re");
	} while (!file && errno == EINTR);
	if (!file)
		return -errno;
	error = search(file, vp, apic_id);
	fclose(file);
	return error;
}
