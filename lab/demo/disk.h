/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The NVMe disk that is passed through to a Linux in VTL0, and the costs of its interrupts.
 */
#ifndef _LAB_DEMO_DISK_H
#define _LAB_DEMO_DISK_H

#include <stdint.h>

struct vmm;

/**
 * struct disk_counters - counters of VTL2 and of the host
 * @relayed:    interrupts of the disk that the driver has relayed
 * @merged:     those of @relayed whose vector was already pending
 * @host_exits: interrupts of the disk that went to the host
 * @returns:    how often a VP's thread returned to user space
 */
struct disk_counters {
	uint64_t relayed;
	uint64_t merged;
	uint64_t host_exits;
	uint64_t returns;
};

/**
 * disk_find() - find the disk of this machine; ends the program if there is none
 *
 * Return: bus << 8 | device << 3 | function.
 */
uint16_t disk_find(void);

/**
 * disk_counters_read() - read the counters; ends the program if they cannot be read
 * @vm:       the VMM whose guest has the disk, and no other device
 * @vps:      the guest's number of VPs
 * @disk:     the disk, from disk_find()
 * @counters: filled in with the counters
 */
void disk_counters_read(struct vmm *vm, unsigned int vps, uint16_t disk,
			struct disk_counters *counters);

/* Subtract @before from the counters. */
void disk_counters_subtract(struct disk_counters *counters, const struct disk_counters *before);

#endif /* _LAB_DEMO_DISK_H */
