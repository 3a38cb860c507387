// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counts of exits. Owns: which count an exit belongs to.
 */
#include <linux/types.h>

#include "vcpu.h"

/**
 * stats_count_exit() - count an exit to L1
 * @stats: of the VCPU
 * @exit:  as L1 is told
 */
void stats_count_exit(struct lab_tdx_stats *stats, const struct l2_exit *exit)
{
	u32 basic = exit->reason & 0xffff;

	if (exit->status == TDX_EXIT_PENDING_INTERRUPT)
		stats->notified++;
	else if (exit->status == TDX_SUCCESS && basic < LAB_TDX_REASONS)
		stats->reasons[basic]++;
}
