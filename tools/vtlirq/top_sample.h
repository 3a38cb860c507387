/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef VTLIRQ_TOP_SAMPLE_H
#define VTLIRQ_TOP_SAMPLE_H

#include <stdbool.h>

#include "driver_state.h"
#include "peers.h"

/**
 * struct vp_sample - one VP at one moment; all counts since the driver was loaded
 * @vp: the VP
 * @redirected: interrupts that came redirected
 * @proxied: interrupts that came proxied, each of which cost a host exit
 * @blocked: interrupts that the VMM blocked
 * @has_entries: @entries is valid
 * @entries: how often it entered VTL0
 */
struct vp_sample {
	u64 vp;
	u64 redirected;
	u64 proxied;
	u64 blocked;
	bool has_entries;
	struct vp_state entries;
};

/**
 * struct sample - everything that is counted, at one moment
 * @when: by clock_now(), when the routes were asked for
 * @vps_when: when the VPs were
 * @peers: the routes of all processes
 * @has_peers: they could be asked for
 * @peers_missing: else why not
 * @vps: the VPs that are online
 * @vp_count: how many
 * @has_vps: they could be asked for
 * @vps_missing: else why not
 */
struct sample {
	u64 when;
	u64 vps_when;
	struct peers peers;
	bool has_peers;
	struct problem peers_missing;
	struct vp_sample *vps;
	size_t vp_count;
	bool has_vps;
	struct problem vps_missing;
};

void sample_take(struct sample *sample);
void sample_free(struct sample *sample);

#endif /* VTLIRQ_TOP_SAMPLE_H */
