/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef VTLIRQ_DRIVER_STATE_H
#define VTLIRQ_DRIVER_STATE_H

#include <stdbool.h>

#include "sheet.h"

/**
 * struct mapping - a proxy vector that stands on a hardware vector of one CPU
 * @cpu: Linux's number of the CPU, and so of the VP
 * @apic_id: the CPU's hardware id, or IDENTIFIER_UNKNOWN
 * @vector: the hardware vector
 * @proxy_vector: the vector as VTL0 knows it
 * @state: "mapped", or "quarantined" for one that was given back a while ago
 * @references: held by all VTL files together
 * @relayed: interrupts passed on to VTL0
 * @blocked: interrupts dropped because the VMM blocks the proxy vector
 * @late: interrupts that arrived after it was given back
 * @age_ms: milliseconds since it was mapped
 */
struct mapping {
	u64 cpu;
	s64 apic_id;
	u64 vector;
	u64 proxy_vector;
	char state[WORD_SIZE];
	u64 references;
	u64 relayed;
	u64 blocked;
	u64 late;
	u64 age_ms;
};

/**
 * struct cpu_state - what the driver says about one possible CPU
 * @cpu: Linux's number of the CPU
 * @apic_id: its hardware id, or IDENTIFIER_UNKNOWN
 * @online: 1 if it is online
 * @mapped: mappings on it
 * @quarantined: vectors of it that are kept aside
 * @free: vectors that the driver may still give on it; the kernel may have fewer
 * @quota: most vectors that it may have, quarantine included; 0 for no limit
 * @relayed: interrupts passed on, since the driver was loaded
 * @blocked: interrupts dropped because the VMM blocks them, likewise
 * @unmapped: interrupts on a vector with no mapping, likewise
 */
struct cpu_state {
	u64 cpu;
	s64 apic_id;
	u64 online;
	u64 mapped;
	u64 quarantined;
	u64 free;
	u64 quota;
	u64 relayed;
	u64 blocked;
	u64 unmapped;
};

/**
 * struct vp_state - how often one VP entered VTL0, since the driver was loaded
 * @vp: the VP
 * @entries: VTL0 was entered; each entry ends with an exit
 * @handled: exits that needed no VMM
 * @halts: the VP slept because it was halted
 * @user_returns: returns to the VMM
 * @kicks: interrupts to another VP, to make it leave VTL0
 */
struct vp_state {
	u64 vp;
	u64 entries;
	u64 handled;
	u64 halts;
	u64 user_returns;
	u64 kicks;
};

/**
 * struct totals - the driver's sums over all CPUs
 * @mappings: that stand now
 * @quarantined: vectors kept aside now
 * @relayed: interrupts passed on, since the driver was loaded
 * @blocked: interrupts dropped because the VMM blocks them, likewise
 * @unmapped: interrupts on a vector with no mapping, likewise
 */
struct totals {
	u64 mappings;
	u64 quarantined;
	u64 relayed;
	u64 blocked;
	u64 unmapped;
};

int driver_state_mappings(struct mapping **mappings, size_t *count, struct problem *problem);
int driver_state_cpus(struct cpu_state **cpus, size_t *count, struct problem *problem);
int driver_state_vps(struct vp_state **vps, size_t *count, struct problem *problem);
int driver_state_totals(struct totals *totals, struct problem *problem);
bool mapping_is_live(const struct mapping *mapping);

#endif /* VTLIRQ_DRIVER_STATE_H */
