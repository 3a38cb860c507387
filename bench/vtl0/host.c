// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What of a proxied interrupt is the host's; see host.h.
 *
 * The lab's host is a module of the same kernel: the device's interrupt comes to a
 * flow handler of its, receive(), which writes the message and raises the shared
 * vector; that comes next, to shared_vector(), which calls the driver. From the
 * beginning of the one to the beginning of the other there is what the host's
 * interrupt costs as a whole: what is missing at its beginning, Linux's way to a
 * flow handler, is there at its end. The kernel's own function tracer reads the
 * TSC at both.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "../lines/die.h"
#include "host.h"

#define TRACING	"/sys/kernel/tracing"

static void put(const char *name, const char *text)
{
	char path[96];
	FILE *file;

	snprintf(path, sizeof(path), TRACING "/%s", name);
	file = fopen(path, "we");
	if (!file || fputs(text, file) < 0 || fclose(file))
		die("%s does not take \"%s\": %s", path, text, strerror(errno));
}

void host_trace_start(void)
{
	/* If it is there already, so much the better. */
	if (access(TRACING "/trace", R_OK) && mount("tracefs", TRACING, "tracefs", 0, NULL))
		die(TRACING ": %s", strerror(errno));
	put("trace_clock", "x86-tsc");
	put("set_ftrace_filter", "receive\nshared_vector\n");
	put("trace", "\n");
	put("current_tracer", "function");
	put("tracing_on", "1");
}

static void read_values(FILE *file, int64_t *values, size_t count)
{
	uint64_t begin = 0, moment;
	char line[256], name[64];
	size_t found = 0;
	char *rest;

	while (fgets(line, sizeof(line), file)) {
		/* TASK-PID [CPU] FLAGS MOMENT: FUNCTION <-CALLER */
		rest = strchr(line, ']');
		if (*line == '#' || !rest ||
		    sscanf(rest, "] %*s %" SCNu64 ": %63s", &moment, name) != 2)
			continue;
		if (!strcmp(name, "receive"))
			begin = moment;
		else if (begin)
			values[found++ % count] = moment - begin;
	}
	if (found < count)
		die("the kernel traced %zu of %zu interrupts of the host", found, count);
}

void host_trace_stop(int64_t *values, size_t count)
{
	FILE *file;

	put("tracing_on", "0");
	file = fopen(TRACING "/trace", "re");
	if (!file)
		die(TRACING "/trace: %s", strerror(errno));
	read_values(file, values, count);
	fclose(file);
	put("current_tracer", "nop");
	put("set_ftrace_filter", "\n");
}
