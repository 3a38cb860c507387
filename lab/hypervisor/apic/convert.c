// SPDX-License-Identifier: GPL-2.0-only
/*
 * Conversion between x2APIC, which L1 sees, and xAPIC, which the machine has.
 *
 * Owns: the arithmetic, and which accesses a TDX module serves. Touches no register.
 */
#include "apic/apic.h"

#define XAPIC_EVERYBODY   0xffU
#define LONGEST_SECONDS   100
#define PRIORITY_CLASS    0xf0U
#define LOWEST_CLASS      0x10U

enum apic_owner apic_owner(u32 msr, bool is_write, bool topology)
{
	u32 number = msr - APIC_MSR_FIRST;

	switch (number) {
	case APIC_ID_REGISTER:
		return topology && !is_write ? APIC_OF_MODULE : APIC_OF_HOST;
	case APIC_TPR:
		return APIC_OF_MODULE;
	case APIC_EOI:
	case APIC_SELF_IPI:
		return is_write ? APIC_OF_MODULE : APIC_OF_HOST;
	case APIC_PPR:
	case APIC_ISR ... APIC_IRR + 7:
		/* A write raises #GP. */
		return APIC_OF_MODULE;
	default:
		return APIC_OF_HOST;
	}
}

u32 apic_logical_id(u32 id)
{
	return id >> 4 << 16 | 1U << id % 16;
}

bool apic_destination(u64 icr, u32 *destination)
{
	u32 wide = icr >> 32;

	if (wide == APIC_EVERYBODY) {
		*destination = XAPIC_EVERYBODY;
		return true;
	}
	*destination = wide & 0xff;
	return !(wide >> 8);
}

static bool destination_hits(u64 icr, u32 id)
{
	u32 destination = icr >> 32;

	if (destination == APIC_EVERYBODY)
		return true;
	if (!(icr & APIC_ICR_LOGICAL))
		return destination == id;
	return destination >> 16 == id >> 4 && destination & 1U << id % 16;
}

bool apic_icr_hits(u64 icr, u32 sender, u32 id)
{
	switch (icr & APIC_ICR_SHORTHAND) {
	case APIC_ICR_SELF:
		return sender == id;
	case APIC_ICR_ALL:
		return true;
	case APIC_ICR_OTHERS:
		return sender != id;
	default:
		return destination_hits(icr, id);
	}
}

u32 apic_priority_of_cpu(u32 tpr)
{
	return (tpr & PRIORITY_CLASS) <= LOWEST_CLASS ? 0 : tpr;
}

u32 apic_l1_priority(u32 tpr, u32 ppr)
{
	return (tpr & PRIORITY_CLASS) >= (ppr & PRIORITY_CLASS) ? tpr : ppr;
}

/* APIC_TIMER_DIVIDE has two bits below a hole and one above: 2 is 0, 128 is 6, 1 is 7. */
static u32 divide_code(u32 shift)
{
	u32 code = (shift + 7) % 8;

	return (code & 3) | (code & 4) << 1;
}

struct apic_count apic_count_until(u64 ticks, u64 tsc_hz, u64 timer_hz)
{
	u64 nearest = min_t(u64, ticks, tsc_hz * LONGEST_SECONDS);
	u64 count = nearest / tsc_hz * timer_hz + nearest % tsc_hz * timer_hz / tsc_hz;
	u32 shift = 0;

	while (count >> shift > 0xffffffffULL)
		shift++;
	count >>= shift;
	return (struct apic_count){ .count = count ? count : 1, .divide = divide_code(shift) };
}
