/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The NVMe disk that a Linux in VTL0 is given, and what its interrupts have cost.
 */
#ifndef _LAB_DEMO_DISK_H
#define _LAB_DEMO_DISK_H

#include <stdint.h>

struct vmm;

/**
 * struct disk_counters - VTL2's and the host's
 * @relayed:    interrupts of the disk that the driver has relayed
 * @merged:     those whose vector was pending already
 * @host_exits: interrupts of the disk that came to the host
 * @returns:    how often a VP's thread came back to user space
 */
struct disk_counters {
	uint64_t relayed;
	uint64_t merged;
	uint64_t host_exits;
	uint64_t returns;
};

/**
 * disk_find() - the disk of this machine; gives up if there is none
 *
 * Return: bus << 8 | device << 3 | function.
 */
uint16_t disk_find(void);

/**
 * disk_counters_read() - read them as they are; gives up if they cannot be read
 * @vm:       whose guest has the disk, and no other device
 * @vps:      how many the guest has
 * @disk:     from disk_find()
 * @counters: out
 */
void disk_counters_read(struct vmm *vm, unsigned int vps, uint16_t disk,
			struct disk_counters *counters);

/* By how much they have grown since @before. */
void disk_counters_subtract(struct disk_counters *counters, const struct disk_counters *before);

#endif /* _LAB_DEMO_DISK_H */
