// SPDX-License-Identifier: GPL-2.0-only
/*
 * An entry of the IOAPIC's redirection table. Owns: which are L1's. Portable.
 */
#include "host/ioapic.h"
#include "vcpu/interrupts.h"

#define ENTRY_VECTOR 0xffU
#define ENTRY_MODE   (7U << 8)
#define ENTRY_MASKED BIT(16)
/* Fixed is 0. */
#define MODE_LOWEST  BIT(8)

u32 ioapic_entry(u32 low)
{
	if ((low & ENTRY_MODE) > MODE_LOWEST || (low & ENTRY_VECTOR) < L1_VECTOR_FIRST)
		return low | ENTRY_MASKED;
	return low;
}
