// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Finds the disk of a Linux in VTL0, and reads its counters; see demo.h.
 */
#include <stdlib.h>
#include <string.h>

#include "../labhost/labhost_client.h"
#include "../paravisor/linux/linux.h"
#include "../paravisor/vmm.h"
#include "demo.h"

uint16_t disk_find(void)
{
	int function = linux_function_find("nvme");

	if (function < 0)
		demo_give_up("this machine has no NVMe disk");
	return function;
}

/* Return how many of the disk's interrupts went to the host, by the counters of the lab's host. */
static uint64_t host_exits_read(int host, uint16_t disk)
{
	struct lab_host_device device;
	struct lab_host_source source;
	uint64_t sum = 0;
	unsigned int i, number;

	for (i = 0; i < LAB_HOST_DEVICES_MAX; i++) {
		if (labhost_device_get(host, i, &device) || device.bdf != disk)
			continue;
		for (number = 0; number < device.sources; number++) {
			if (!labhost_source_get(host, i, number, &source))
				sum += source.exits;
		}
	}
	return sum;
}

void disk_counters_read(struct vmm *vm, unsigned int vps, uint16_t disk,
			struct disk_counters *counters)
{
	struct vtlirq_route_state *states = NULL;
	struct vmm_stats stats;
	size_t count = 0, i;

	memset(counters, 0, sizeof(*counters));
	if (vtlirq_routes(vmm_irqs(vm), &states, &count))
		demo_give_up("the driver does not tell its counts");
	for (i = 0; i < count; i++)
		counters->relayed += states[i].redirected + states[i].proxied;
	free(states);
	counters->merged = demo_vps_sum("merged");
	counters->host_exits = host_exits_read(vmm_host(vm), disk);
	for (i = 0; i < vps; i++) {
		vmm_stats(vm, i, &stats);
		counters->returns += stats.returns;
		counters->merged += stats.merged;
	}
}

void disk_counters_subtract(struct disk_counters *counters, const struct disk_counters *before)
{
	counters->relayed -= before->relayed;
	counters->merged -= before->merged;
	counters->host_exits -= before->host_exits;
	counters->returns -= before->returns;
}
