/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef VTLIRQ_STATE_H
#define VTLIRQ_STATE_H

#include "number.h"
#include "table.h"

#define WORD_SIZE	16

/* A hardware vector that stands for a proxy vector; vtlirq(8) explains the members. */
struct mapping {
	u64 cpu;
	u64 apic_id;
	u64 hardware_vector;
	u64 proxy_vector;
	/* "mapped", or "quarantined" after it was unmapped. */
	char state[WORD_SIZE];
	u64 references;
	u64 relayed;
	u64 blocked;
	u64 late;
	u64 age_ms;
};

/*
 * A VP, which is a CPU of Linux; vtlirq(8) explains the members. Each may be UNKNOWN, since
 * they have two sources: debugfs, and the driver's ioctl.
 */
struct vp {
	u64 vp;
	u64 apic_id;
	u64 online;
	u64 mapped;
	u64 quarantined;
	u64 free;
	u64 quota;
	u64 redirected;
	u64 proxied;
	u64 blocked;
	u64 unmapped;
	/* From here on, the file "vps" is the source. */
	u64 merged;
	u64 entries;
	u64 handled;
	u64 halts;
	u64 user_returns;
	u64 kicks;
};

extern const struct columns mapping_columns;
extern const struct columns vp_columns;

int state_mappings(struct mapping **mappings, size_t *count, struct problem *problem);
int state_vps(struct vp **vps, size_t *count, struct problem_list *missing);
bool mapping_is_live(const struct mapping *mapping);

#endif /* VTLIRQ_STATE_H */
