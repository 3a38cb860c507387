/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Counts of one VCPU. Only its own CPU counts; who reads sees each figure
 * whole, but not all of one moment.
 */
#ifndef _LAB_TDX_STATS_H
#define _LAB_TDX_STATS_H

#include "lab_tdx.h"

struct l2_exit;

void stats_count_exit(struct lab_tdx_stats *stats, const struct l2_exit *exit);

static inline void stats_count_internal(struct lab_tdx_stats *stats, enum lab_tdx_internal kind)
{
	stats->internal[kind]++;
}

#endif /* _LAB_TDX_STATS_H */
