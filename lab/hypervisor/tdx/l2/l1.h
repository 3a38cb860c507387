/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a run of L2 uses of L1: its memory and its APIC. Both are in ../l2.c.
 */
#ifndef _HYPERVISOR_TDX_L2_L1_H
#define _HYPERVISOR_TDX_L2_L1_H

#include <linux/types.h>

#include "base/cpu.h"
#include "tdx/abi.h"

/* Memory, by its physical address. */

void *ram_mapped(u64 gpa);
/* Memory that L1 has accepted; NULL: not such memory, or the page at address 0. */
void *ram_at(u64 gpa);
/* The same, including the page at address 0. */
bool ram_is_memory(u64 gpa);
/* Memory that L1 has not accepted yet. */
bool ram_is_pending(u64 gpa);
/* Whether it is a device that L1 may give to L2. */
bool ram_is_device(u64 gpa);

/* Whether L1 has it mapped by a page of 2 MiB; and map it by 4 KiB: 0 or -ENOMEM. */
bool ram_is_large(u64 gpa);
int ram_split(u64 gpa);

static inline bool gpa_is_private(u64 gpa)
{
	return gpa < TDX_PRIVATE_GPAS;
}

/* The CPU's APIC, which serves as L1's virtual APIC. */

/**
 * apic_has_deliverable() - does an interrupt of L1 outrank L1's priority
 *
 * It does not matter whether L1 has its interrupts on.
 *
 * Context: on this CPU; with GIF 0 the answer does not change.
 * Return: whether one does.
 */
bool apic_has_deliverable(void);

bool apic_host_takes(void);

/**
 * apic_timer_repeat() - make NMIs end L2 periodically
 *
 * Context: as for apic_has_deliverable(), until apic_timer_restore().
 */
void apic_timer_repeat(void);
void apic_timer_restore(void);

/**
 * apic_tell_again() - make the APIC signal its requests to the CPU
 *
 * The task priority is written, without a change of its value.
 *
 * Context: in L1.
 */
static inline void apic_tell_again(void)
{
	cpu_write_cr8(cpu_read_cr8());
}

#endif /* _HYPERVISOR_TDX_L2_L1_H */
