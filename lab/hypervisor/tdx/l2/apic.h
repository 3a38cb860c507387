/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * L1's own APIC, which plays L1's virtual APIC.
 */
#ifndef _HYPERVISOR_TDX_L2_APIC_H
#define _HYPERVISOR_TDX_L2_APIC_H

#include <linux/types.h>

#include "base/cpu.h"

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

#endif /* _HYPERVISOR_TDX_L2_APIC_H */
