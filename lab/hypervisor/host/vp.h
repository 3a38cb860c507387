/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the host keeps of a VP.
 */
#ifndef _HYPERVISOR_HOST_VP_H
#define _HYPERVISOR_HOST_VP_H

#include <linux/types.h>

#define HOST_SINTS 16

/**
 * struct host_vp - the SynIC of a VP, by its MSRs
 * @scontrol: bit 0 enables it
 * @siefp:    event flags page
 * @simp:     message page
 * @sint:     the interrupt sources
 * @assist:   the VP assist page: kept, without effect
 */
struct host_vp {
	u64 scontrol;
	u64 siefp;
	u64 simp;
	u64 sint[HOST_SINTS];
	u64 assist;
};

#endif /* _HYPERVISOR_HOST_VP_H */
