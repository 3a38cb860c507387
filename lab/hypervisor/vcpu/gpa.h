/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * L1's guest-physical space.
 *
 * An address is the same as the machine's, so that devices need no translation. A
 * trust domain has it twice: without the shared bit, private memory; with it, devices
 * and what L1 shares with the host.
 */
#ifndef _HYPERVISOR_VCPU_GPA_H
#define _HYPERVISOR_VCPU_GPA_H

#include <linux/types.h>

/* QEMU's TCG has 40 bits of physical address, no matter what CPUID is told to say. */
#define GPA_WIDTH  40
#define GPA_SHARED BIT_ULL(GPA_WIDTH - 1)

/**
 * enum gpa_state - what an address is
 * @GPA_NOTHING: there is none
 * @GPA_PRIVATE: memory, private and accepted; or all memory of a plain L1
 * @GPA_PENDING: memory, private and not accepted
 * @GPA_OF_HOST: memory that is shared, or a device
 */
enum gpa_state {
	GPA_NOTHING,
	GPA_PRIVATE,
	GPA_PENDING,
	GPA_OF_HOST,
};

/**
 * gpa_start() - an empty space
 * @two_halves: of a trust domain.
 */
void gpa_start(bool two_halves);

/**
 * gpa_add_memory() - memory, private and accepted
 * @base: at a page's boundary.
 * @size: whole pages.
 */
void gpa_add_memory(u64 base, u64 size);

/**
 * gpa_add_device() - devices
 * @base: at a page's boundary.
 * @size: whole pages.
 */
void gpa_add_device(u64 base, u64 size);

/**
 * gpa_add_both() - what is seen with and without the shared bit, as a ROM is
 * @base: at a page's boundary.
 * @size: whole pages.
 */
void gpa_add_both(u64 base, u64 size);

/**
 * gpa_root() - what the CPU wants to know
 *
 * Return: the physical address of the nested page table.
 */
u64 gpa_root(void);

static inline bool gpa_is_shared_half(u64 gpa)
{
	return gpa & GPA_SHARED;
}

/**
 * gpa_state() - what an address is
 * @gpa: any; the shared bit is ignored.
 *
 * Context: any. Another CPU may change it at any time.
 * Return: its state.
 */
enum gpa_state gpa_state(u64 gpa);

/**
 * gpa_state_name() - the same in words
 * @state: one of enum gpa_state.
 *
 * Return: them.
 */
const char *gpa_state_name(enum gpa_state state);

/**
 * gpa_is_large() - is it part of 2 MiB, or more, that never had parts
 * @gpa: any; the shared bit is ignored.
 *
 * Return: whether; all of them are private memory then.
 */
bool gpa_is_large(u64 gpa);

/**
 * gpa_split() - have an address mapped by 4 KiB from now on
 * @gpa: any; the shared bit is ignored.
 *
 * As a host demotes a page that is to have parts. Nothing else changes.
 * Return: 0; -ENOMEM: no page for a table.
 */
int gpa_split(u64 gpa);

/**
 * gpa_memory() - the hypervisor's view of L1's memory
 * @gpa: any; the shared bit is ignored.
 *
 * Return: where it is, up to the end of the page; NULL: it is not L1's memory.
 */
void *gpa_memory(u64 gpa);

/**
 * gpa_shared_memory() - the host's view of it
 * @gpa: any; the shared bit is ignored.
 *
 * Return: where it is, up to the end of the page; NULL: the host cannot see it.
 */
void *gpa_shared_memory(u64 gpa);

/**
 * gpa_own_memory() - L1's own view of it
 * @gpa: any; the shared bit is part of the address.
 *
 * Return: where it is, up to the end of the page; NULL: L1 has no memory at this address.
 * Memory that is private has none with the shared bit, shared memory none without it, and
 * memory that L1 has not accepted has none at all.
 */
void *gpa_own_memory(u64 gpa);

/* IOAPIC, HPET and APIC: not mapped, so that a trust domain's accesses are #VE. */
#define GPA_CHIPS     0xfec00000ULL
#define GPA_CHIPS_END 0xff000000ULL
#define GPA_APIC      0xfee00000ULL

/**
 * gpa_is_device() - may the host access it for L1
 * @gpa: any; the shared bit is ignored.
 *
 * Neither memory, nor what is the hypervisor's own, nor the CPU's APIC.
 * Return: whether it is a device's.
 */
bool gpa_is_device(u64 gpa);

/**
 * gpa_share() - memory becomes the host's to see (GHCI: MapGPA)
 * @base: without the shared bit.
 * @size: whole pages.
 * @shared: or private again: it is then pending.
 * @done: out: how much of it was done.
 *
 * The caller has all CPUs flush their TLBs.
 * Return: 0; -EINVAL: not all of it is memory; -ENOMEM: no page for a table.
 */
int gpa_share(u64 base, u64 size, bool shared, u64 *done);

/**
 * enum gpa_accepted - how TDG.MEM.PAGE.ACCEPT ends
 * @GPA_ACCEPTED:       done
 * @GPA_WAS_ACCEPTED:   it was before
 * @GPA_CANNOT_ACCEPT:  it is not private memory
 * @GPA_WRONG_SIZE:     parts of it differ
 */
enum gpa_accepted {
	GPA_ACCEPTED,
	GPA_WAS_ACCEPTED,
	GPA_CANNOT_ACCEPT,
	GPA_WRONG_SIZE,
};

/**
 * gpa_accept() - L1 takes private memory, which becomes zero
 * @base: aligned to @size.
 * @size: 4 KiB or 2 MiB.
 *
 * Return: how it ended.
 */
enum gpa_accepted gpa_accept(u64 base, u64 size);

#endif /* _HYPERVISOR_VCPU_GPA_H */
