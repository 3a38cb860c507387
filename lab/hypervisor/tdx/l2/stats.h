/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Counts of one VCPU. Only its own CPU counts; who reads sees each figure
 * whole, but not all of one moment.
 */
#ifndef _HYPERVISOR_TDX_L2_STATS_H
#define _HYPERVISOR_TDX_L2_STATS_H

#include "l1/lab_tdx.h"
#include "tdx/abi.h"

/**
 * stats_count_exit() - count an exit to L1
 * @stats:  of the VCPU
 * @status: as L1 is told
 * @reason: likewise
 */
static inline void stats_count_exit(struct lab_tdx_stats *stats, u64 status, u32 reason)
{
	u32 basic = reason & 0xffff;

	if (status == TDX_EXIT_PENDING_INTERRUPT)
		stats->notified++;
	else if (status == TDX_SUCCESS && basic < LAB_TDX_REASONS)
		stats->reasons[basic]++;
}

static inline void stats_count_internal(struct lab_tdx_stats *stats, enum lab_tdx_internal kind)
{
	stats->internal[kind]++;
}

#endif /* _HYPERVISOR_TDX_L2_STATS_H */
