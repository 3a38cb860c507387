// SPDX-License-Identifier: GPL-2.0-only
/*
 * L1's own APIC, which plays L1's virtual APIC.
 *
 * Owns: the comparison of what is requested with the processor priority.
 * Through the exported apic driver, since apic_read() is a static call on
 * later kernels, whose trampoline modules cannot have.
 */
#include <linux/types.h>
#include <asm/apic.h>

#include "apic.h"

#define BANKS       8
#define BANK_BYTES  0x10
#define PRIORITY_CLASS       0xf0

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
