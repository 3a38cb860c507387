// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Reads the counters of VP 0; see vtl0.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "../../lab/labhost/labhost_client.h"
#include "../../lab/hypervisor/l1/lab_tdx.h"
#include "../lines/lines.h"
#include "vtl0.h"

#define DRIVER_VPS	"/sys/kernel/debug/mshv_vtl/vps"

static struct lab_tdx_stats module_counts(void)
{
	struct lab_tdx_get_stats get = { .cpu = 0 };
	int node = open(LAB_TDX_NODE, O_RDWR | O_CLOEXEC);

	if (node < 0 || ioctl(node, LAB_TDX_GET_STATS, &get))
		die(LAB_TDX_NODE ": no counts: %s", strerror(errno));
	close(node);
	return get.stats;
}

uint64_t counts_entries(void)
{
	return module_counts().enters;
}

static uint64_t vtl0_exits(void)
{
	struct lab_tdx_stats stats = module_counts();
	uint64_t sum = stats.notified + stats.host_routed;
	size_t i;

	for (i = 0; i < LAB_TDX_REASONS; i++)
		sum += stats.reasons[i];
	return sum;
}

/* Return a column of the driver's file for VP 0, whose line is the first. */
static uint64_t driver_count(const char *name)
{
	char titles[512] = "", values[512] = "", *title, *value, *rest[2];
	FILE *file = fopen(DRIVER_VPS, "re");
	uint64_t count;

	if (!file || !fgets(titles, sizeof(titles), file) || !fgets(values, sizeof(values), file))
		die(DRIVER_VPS " cannot be read");
	fclose(file);
	title = strtok_r(titles, " \n", &rest[0]);
	value = strtok_r(values, " \n", &rest[1]);
	while (title && value) {
		if (!strcmp(title, name) && sscanf(value, "%lu", &count) == 1)
			return count;
		title = strtok_r(NULL, " \n", &rest[0]);
		value = strtok_r(NULL, " \n", &rest[1]);
	}
	die(DRIVER_VPS " has no column \"%s\"", name);
}

static uint64_t host_exits(const struct guest *guest)
{
	struct lab_host_source source;
	struct lab_host_vp vp;

	if (labhost_source_get(vmm_host(guest->vm), guest->edu, 0, &source) ||
	    labhost_vp_get(vmm_host(guest->vm), 0, &vp))
		die("the lab's host has no counters");
	return source.exits + vp.eoms + driver_count("kicks");
}

void counts_read(const struct guest *guest, struct counts *counts)
{
	struct vmm_stats stats;

	vmm_stats(guest->vm, 0, &stats);
	counts->vtl0_exits = vtl0_exits();
	counts->host_exits = host_exits(guest) + stats.host_routed + stats.kicks;
	counts->user_returns = stats.returns;
}
