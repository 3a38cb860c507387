/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * KVM's own books of a vCPU. Knows nothing of what the vCPU does.
 */
#ifndef BENCH_STATS_H
#define BENCH_STATS_H

#include <stdint.h>

/**
 * struct stats - what KVM counted since the vCPU was made
 * @exits:       from the guest to KVM
 * @interrupts:  of these, because of an interrupt of the host
 * @decodes:     instructions that KVM read and decoded in software
 */
struct stats {
	uint64_t exits;
	uint64_t interrupts;
	uint64_t decodes;
};

/**
 * stats_read() - read the books
 * @fd:          from KVM_GET_STATS_FD of the vCPU
 * @stats:       to fill in
 */
void stats_read(int fd, struct stats *stats);

#endif
