/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * L1's own APIC, which plays L1's virtual APIC.
 */
#ifndef _HYPERVISOR_TDX_L2_APIC_H
#define _HYPERVISOR_TDX_L2_APIC_H

#include <linux/compiler.h>
#include <linux/types.h>
#include <asm/apic.h>
#include <asm/cpufeature.h>
#include <asm/fixmap.h>

#include "base/cpu.h"

bool apic_outranks(void);
bool apic_host_takes(void);
u32 apic_timer_repeat(void);
void apic_timer_restore(u32 lvtt);

/* A bank of IRR added to what the others have, where the registers are mapped. */
static inline u32 apic_add_requested(u32 bits, u32 bank)
{
	const u32 *irr = (const u32 *)(APIC_BASE + APIC_IRR + bank * 0x10);

	asm volatile("orl %1, %0" : "+r" (bits) : "m" (*irr) : "cc");
	return bits;
}

static inline bool apic_requests_any(void)
{
	u32 bits = 0, bank;

	if (!cpu_feature_enabled(X86_FEATURE_APIC) || x2apic_mode)
		return true;
#pragma GCC unroll 8
	for (bank = 0; bank < 8; bank++)
		bits = apic_add_requested(bits, bank);
	return bits;
}

/**
 * apic_has_deliverable() - does an interrupt of L1 outrank L1's priority
 *
 * Whether L1 has its interrupts on is not looked at. Nearly always nothing at all
 * is requested, and each entry of L2 asks: so that is found out first.
 *
 * Context: on this CPU; with GIF 0 the answer stays true.
 * Return: whether one does.
 */
static inline bool apic_has_deliverable(void)
{
	return unlikely(apic_requests_any()) && apic_outranks();
}

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
