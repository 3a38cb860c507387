/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The board's IOAPIC, which a trust domain can access only by the host.
 */
#ifndef _HYPERVISOR_HOST_IOAPIC_H
#define _HYPERVISOR_HOST_IOAPIC_H

#include <linux/types.h>

#include "vcpu/l1.h"

/* A redirection entry, its lower half. */
#define IOAPIC_VECTOR 0xffU
#define IOAPIC_MODE   (7U << 8)
#define IOAPIC_MASKED BIT(16)
/* Fixed is 0. */
#define IOAPIC_LOWEST  BIT(8)

/**
 * ioapic_is_at() - is an address one of its registers
 * @gpa: any; the shared bit is ignored.
 *
 * Return: whether it is.
 */
bool ioapic_is_at(u64 gpa);

/**
 * ioapic_write() - carry out a write of L1
 * @gpa:   one of its registers.
 * @size:  in bytes. All registers have 4; writes of another size have no effect.
 * @value: any.
 */
void ioapic_write(u64 gpa, u32 size, u32 value);

/**
 * ioapic_entry() - restrict a redirection entry of L1
 * @low: its lower half.
 *
 * An entry that is not an ordinary interrupt of L1 stays masked: an INIT, SMI or NMI would reach
 * the hypervisor instead of L1, and so would the host's vectors. Portable.
 * Return: the lower half to be written.
 */
static inline u32 ioapic_entry(u32 low)
{
	if ((low & IOAPIC_MODE) > IOAPIC_LOWEST || (low & IOAPIC_VECTOR) < L1_VECTOR_FIRST)
		return low | IOAPIC_MASKED;
	return low;
}

#endif /* _HYPERVISOR_HOST_IOAPIC_H */
