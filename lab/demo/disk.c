// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The disk of a Linux in VTL0; see disk.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../labhost/labhost_client.h"
#include "../paravisor/vmm.h"
#include "common.h"
#include "disk.h"

#define NVME_CLASS	0x010802u
#define DEVICES		"/sys/bus/pci/devices"

static uint32_t class_read(unsigned int slot, unsigned int number)
{
	unsigned int class = 0;
	char path[64];
	FILE *file;

	snprintf(path, sizeof(path), DEVICES "/0000:00:%02x.%x/class", slot, number);
	file = fopen(path, "re");
	if (!file)
		return 0;
	if (fscanf(file, "%x", &class) != 1)
		class = 0;
	fclose(file);
	return class;
}

uint16_t disk_find(void)
{
	unsigned int devfn;

	for (devfn = 0; devfn <= UINT8_MAX; devfn++) {
		if (class_read(devfn >> 3, devfn & 7) == NVME_CLASS)
			return devfn;
	}
	demo_give_up("this machine has no NVMe disk");
}

/* What came to the host: the disk's interrupts, by its index at the lab's host. */
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
