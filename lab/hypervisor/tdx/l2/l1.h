/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a run of L2 needs of L1: its memory and its APIC. ../l2.c has both.
 */
#ifndef _HYPERVISOR_TDX_L2_L1_H
#define _HYPERVISOR_TDX_L2_L1_H

#include <linux/types.h>

#include "base/cpu.h"
#include "tdx/abi.h"

/* Memory, by its physical address. */

void *ram_mapped(u64 gpa);
/* Memory that L1 has accepted; NULL: it is none, or the page at 0. */
void *ram_at(u64 gpa);
/* The same, of which the page at 0 is no exception. */
bool ram_is_memory(u64 gpa);
/* Memory that L1 has not accepted yet. */
bool ram_is_pending(u64 gpa);
/* Whether it is no memory, but a device that L1 may give away. */
bool ram_is_device(u64 gpa);

/* Whether L1 has it by a page of 2 MiB; and have it by 4 KiB from now on: 0 or -ENOMEM. */
bool ram_is_large(u64 gpa);
int ram_split(u64 gpa);

static inline bool gpa_is_private(u64 gpa)
{
	return gpa < TDX_PRIVATE_GPAS;
}

/* The CPU's APIC, which plays L1's virtual APIC. */

/**
 * apic_has_deliverable() - does an interrupt of L1 outrank L1's priority
 *
 * Whether L1 has its interrupts on is not looked at.
 *
 * Context: on this CPU; with GIF 0 the answer stays true.
 * Return: whether one does.
 */
bool apic_has_deliverable(void);

bool apic_host_takes(void);

/**
 * apic_timer_repeat() - have an NMI end L2 after a while, again and again
 *
 * Context: as for apic_has_deliverable(), until apic_timer_restore().
 */
void apic_timer_repeat(void);
void apic_timer_restore(void);

/**
 * apic_tell_again() - have the APIC tell the CPU what is requested
 *
 * The task priority is written as it is.
 *
 * Context: in L1.
 */
static inline void apic_tell_again(void)
{
	cpu_write_cr8(cpu_read_cr8());
}

#endif /* _HYPERVISOR_TDX_L2_L1_H */
