/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The board's IOAPIC, which a trust domain reaches by the host alone.
 */
#ifndef _HYPERVISOR_HOST_IOAPIC_H
#define _HYPERVISOR_HOST_IOAPIC_H

#include <linux/types.h>

/**
 * ioapic_is_at() - is an address one of its registers
 * @gpa: any; the shared bit is ignored.
 *
 * Return: whether it is.
 */
bool ioapic_is_at(u64 gpa);

/**
 * ioapic_write() - carry a write of L1 out
 * @gpa:   one of its registers.
 * @size:  in bytes. There are registers of 4 alone: others change nothing.
 * @value: any.
 */
void ioapic_write(u64 gpa, u32 size, u32 value);

/**
 * ioapic_entry() - what of a redirection entry L1 may have
 * @low: its lower half.
 *
 * One that is no plain interrupt of L1 stays masked: an INIT, SMI or NMI would reach the
 * hypervisor in place of L1, and so would the host's vectors. Portable.
 * Return: that.
 */
u32 ioapic_entry(u32 low);

#endif /* _HYPERVISOR_HOST_IOAPIC_H */
