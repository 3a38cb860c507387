/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * L1's guest-physical space.
 *
 * An address is the same as the machine's, so devices need no translation. A trust domain has
 * two halves: private memory without the shared bit; devices, and memory that L1 shares with
 * the host, with the shared bit.
 */
#ifndef _HYPERVISOR_VCPU_GPA_H
#define _HYPERVISOR_VCPU_GPA_H

#include <linux/types.h>

/* QEMU's TCG has 40 bits of physical address, whatever CPUID reports. */
#define GPA_WIDTH  40
#define GPA_SHARED BIT_ULL(GPA_WIDTH - 1)

/**
 * enum gpa_state - the state of an address
 * @GPA_NOTHING: neither memory nor a device
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
 * gpa_start() - make an empty space
 * @two_halves: for a trust domain.
 */
void gpa_start(bool two_halves);

/**
 * gpa_add_memory() - add memory, private and accepted
 * @base: at a page's boundary.
 * @size: whole pages.
 */
void gpa_add_memory(u64 base, u64 size);

/**
 * gpa_add_device() - add devices
 * @base: at a page's boundary.
 * @size: whole pages.
 */
void gpa_add_device(u64 base, u64 size);

/**
 * gpa_add_both() - add what can be accessed with and without the shared bit, such as a ROM
 * @base: at a page's boundary.
 * @size: whole pages.
 */
void gpa_add_both(u64 base, u64 size);

/**
 * gpa_root() - the root for the CPU
 *
 * Return: the physical address of the nested page table.
 */
u64 gpa_root(void);

static inline bool gpa_is_shared_half(u64 gpa)
{
	return gpa & GPA_SHARED;
}

/**
 * gpa_state() - find the state of an address
 * @gpa: any; the shared bit is ignored.
 *
 * Context: any. Another CPU may change it at any time.
 * Return: its state.
 */
enum gpa_state gpa_state(u64 gpa);

/**
 * gpa_state_name() - describe a state
 * @state: one of enum gpa_state.
 *
 * Return: the text.
 */
const char *gpa_state_name(enum gpa_state state);

/**
 * gpa_is_large() - whether an address is part of a page of 2 MiB or more
 * @gpa: any; the shared bit is ignored.
 *
 * Return: whether it is; all of that page is private memory then.
 */
bool gpa_is_large(u64 gpa);

/**
 * gpa_split() - map an address by a page of 4 KiB from now on
 * @gpa: any; the shared bit is ignored.
 *
 * A host demotes a large page in this way. The states do not change.
 * Return: 0, or -ENOMEM.
 */
int gpa_split(u64 gpa);

/**
 * gpa_memory() - the hypervisor's view of L1's memory
 * @gpa: any; the shared bit is ignored.
 *
 * Return: where it is, up to the end of the page; NULL: it is not memory of L1.
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
 * gpa_own_memory() - find memory by an address as L1 uses it
 * @gpa: any; the shared bit is part of the address.
 *
 * Return: where it is, up to the end of the page; NULL: L1 has no memory at this address.
 * L1 sees private memory only without the shared bit, shared memory only with it, and memory
 * that it has not accepted not at all.
 */
void *gpa_own_memory(u64 gpa);

/* IOAPIC, HPET and APIC: not mapped, so that accesses of a trust domain raise #VE. */
#define GPA_CHIPS     0xfec00000ULL
#define GPA_CHIPS_END 0xff000000ULL
#define GPA_APIC      0xfee00000ULL

/**
 * gpa_is_device() - may the host access it for L1
 * @gpa: any; the shared bit is ignored.
 *
 * Memory, the hypervisor's own addresses and the CPU's APIC are no devices.
 * Return: whether it belongs to a device.
 */
bool gpa_is_device(u64 gpa);

/**
 * gpa_device() - find the registers of a device
 * @gpa: the device's own address, as in its BAR; L1 may have written any.
 *
 * Return: where the hypervisor accesses them; NULL if this is no device, or the shared bit is set,
 * since the machine has nothing there.
 */
void *gpa_device(u64 gpa);

/**
 * gpa_share() - share memory with the host, or make it private again (GHCI: MapGPA)
 * @base: without the shared bit.
 * @size: whole pages.
 * @shared: whether to share it; memory that becomes private is pending.
 * @done: out: how much of it was done.
 *
 * The caller must flush the TLBs of all CPUs.
 * Return: 0; -EINVAL: not all of it is memory; -ENOMEM.
 */
int gpa_share(u64 base, u64 size, bool shared, u64 *done);

/* How many pages of memory are shared now, without those that are in both halves. */
u64 gpa_shared_pages(void);

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
 * gpa_accept() - accept private memory for L1, which zeroes it
 * @base: aligned to @size.
 * @size: 4 KiB or 2 MiB.
 *
 * Return: how it ended.
 */
enum gpa_accepted gpa_accept(u64 base, u64 size);

#endif /* _HYPERVISOR_VCPU_GPA_H */
