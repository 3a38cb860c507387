/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What only the machine itself has: instructions that C cannot express, besides those of cpu.h, and
 * exceptions and interrupts of the hypervisor itself.
 */
#ifndef _HYPERVISOR_BASE_MACHINE_H
#define _HYPERVISOR_BASE_MACHINE_H

#include <linux/types.h>

#include <asm/msr-index.h>

#include "base/cpu.h"

struct trap;

#define MSR_APIC_BASE    0x0000001b
#define MSR_VM_CR        0xc0010114
#define MSR_VM_HSAVE_PA  0xc0010117

#define APIC_BASE_BSP    BIT_ULL(8)
#define APIC_BASE_X2APIC BIT_ULL(10)
#define APIC_BASE_ENABLE BIT_ULL(11)

static inline void port_write8(u16 port, u8 value)
{
	asm volatile("outb %0, %1" : : "a" (value), "Nd" (port) : "memory");
}

static inline void port_write16(u16 port, u16 value)
{
	asm volatile("outw %0, %1" : : "a" (value), "Nd" (port) : "memory");
}

static inline void port_write32(u16 port, u32 value)
{
	asm volatile("outl %0, %1" : : "a" (value), "Nd" (port) : "memory");
}

static inline u8 port_read8(u16 port)
{
	u8 value;

	asm volatile("inb %1, %0" : "=a" (value) : "Nd" (port) : "memory");
	return value;
}

static inline u16 port_read16(u16 port)
{
	u16 value;

	asm volatile("inw %1, %0" : "=a" (value) : "Nd" (port) : "memory");
	return value;
}

static inline u32 port_read32(u16 port)
{
	u32 value;

	asm volatile("inl %1, %0" : "=a" (value) : "Nd" (port) : "memory");
	return value;
}

static inline u64 machine_tsc(void)
{
	u32 low, high;

	asm volatile("rdtsc" : "=a" (low), "=d" (high) : : "memory");
	return (u64)high << 32 | low;
}

/* What CPUID puts into EAX, EBX, ECX and EDX. */
struct cpuid_words {
	u32 a, b, c, d;
};

static inline struct cpuid_words machine_cpuid(u32 leaf, u32 subleaf)
{
	struct cpuid_words words;

	asm volatile("cpuid" : "=a" (words.a), "=b" (words.b), "=c" (words.c), "=d" (words.d)
		     : "a" (leaf), "c" (subleaf));
	return words;
}

static inline u64 machine_cr3(void)
{
	u64 value;

	asm volatile("mov %%cr3, %0" : "=r" (value));
	return value;
}

static inline u64 machine_cr4(void)
{
	u64 value;

	asm volatile("mov %%cr4, %0" : "=r" (value));
	return value;
}

/* The hypervisor's addresses are physical ones. */
static inline u64 machine_address(const void *place)
{
	return (unsigned long)place;
}

static inline void *machine_place(u64 address)
{
	return (void *)(unsigned long)address;
}

/* ---- trap.c, stubs.S: exceptions and interrupts of the hypervisor ---- */

/**
 * trap_start() - set up the handling of exceptions and interrupts on this CPU
 *
 * NMIs are requests of other CPUs. Interrupts arrive only where
 * vcpu/interrupts.c opens them. Everything else is a fault of the hypervisor, and stops the
 * machine.
 */
void trap_start(void);

extern u8 trap_stubs[];

/**
 * trap_handle() - handle an exception or an interrupt of the hypervisor
 * @trap: what lies on the stack.
 */
void trap_handle(const struct trap *trap);

#endif /* _HYPERVISOR_BASE_MACHINE_H */
