// SPDX-License-Identifier: GPL-2.0-only
/*
 * L1's own APIC, which plays L1's virtual APIC.
 *
 * Owns: the comparison of what is requested with the processor priority, and that
 * an interrupt of L1 that QEMU forgets is found again.
 * Through the exported apic driver, since apic_read() is a static call on
 * later kernels, whose trampoline modules cannot have.
 */
#include <linux/types.h>
#include <asm/apic.h>

#include "apic.h"

#define BANKS       8
#define BANK_BYTES  0x10
#define PRIORITY_CLASS       0xf0
/* Of the timer, as it counts in QEMU under Linux: 100 us. */
#define SHORTEST_PERIOD      6250

static u32 highest_requested(void)
{
	u32 bank = BANKS;

	while (bank--) {
		u32 bits = apic->read(APIC_IRR + bank * BANK_BYTES);

		if (bits)
			return bank * 32 + __fls(bits);
	}
	return 0;
}

/**
 * apic_outranks() - the part of apic_has_deliverable() that is for when one is there
 *
 * Context: as for apic_has_deliverable().
 * Return: whether one does.
 */
bool apic_outranks(void)
{
	return (highest_requested() & PRIORITY_CLASS) > (apic->read(APIC_PROCPRI) & PRIORITY_CLASS);
}

/**
 * apic_host_takes() - an interrupt has ended L2: is it the host's
 *
 * Here it never is: the host is in L1's own kernel.
 *
 * Context: GIF 0, which may be 1 for a moment.
 * Return: whether it is, and was taken.
 */
bool apic_host_takes(void)
{
	return false;
}

/*
 * When a virtual interrupt is requested, QEMU's helper_vmrun() sets a bit in the
 * CPU's interrupt_request by a plain read-modify-write and without QEMU's global
 * lock. Its main loop sets another bit of that word when an interrupt reaches the
 * local APIC. If both do so at once, the main loop's bit is lost: the interrupt is
 * in IRR, and the CPU does not know. The APIC tells the CPU again when it is written
 * to, or when the next interrupt reaches it; in L2, which cannot do the first, it
 * must be made sure of the second.
 */

/**
 * apic_timer_repeat() - let L1's timer expire again and again instead of once
 *
 * If the first interrupt is lost, the next one is not. It comes when it would have
 * come anyway, or up to SHORTEST_PERIOD later: QEMU's main loop must have time
 * left between two of them. A kernel that runs a task has a timer armed, for its tick.
 *
 * Context: GIF 0.
 * Return: for apic_timer_restore().
 */
u32 apic_timer_repeat(void)
{
	u32 lvtt = apic->read(APIC_LVTT);

	if (lvtt & (APIC_LVT_MASKED | APIC_LVT_TIMER_PERIODIC | APIC_LVT_TIMER_TSCDEADLINE))
		return 0;
	if (apic->read(APIC_TMCCT) < SHORTEST_PERIOD)
		apic->write(APIC_TMICT, SHORTEST_PERIOD);
	apic->write(APIC_LVTT, lvtt | APIC_LVT_TIMER_PERIODIC);
	return lvtt;
}

/**
 * apic_timer_restore() - undo apic_timer_repeat()
 * @lvtt: what it returned
 *
 * When LVTT is written, QEMU drops an interrupt of the timer that is due and not yet
 * requested. A count of zero may mean that: the timer is then made to expire at once,
 * unless L1 sets it before.
 *
 * Context: GIF is 0 since then.
 */
void apic_timer_restore(u32 lvtt)
{
	if (!lvtt)
		return;
	apic->write(APIC_LVTT, lvtt);
	if (!apic->read(APIC_TMCCT))
		apic->write(APIC_TMICT, 1);
}
