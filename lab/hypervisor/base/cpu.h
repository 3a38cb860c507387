/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Instructions on the state of one CPU.
 *
 * L1's modules (l1/door) include it too: Linux changes the names of these functions from
 * release to release, or hides them behind paravirtualization.
 */
#ifndef _HYPERVISOR_BASE_CPU_H
#define _HYPERVISOR_BASE_CPU_H

#include <linux/types.h>

static inline u64 cpu_rdmsr(u32 msr)
{
	u32 low, high;

	asm volatile("rdmsr" : "=a" (low), "=d" (high) : "c" (msr));
	return (u64)high << 32 | low;
}

static inline void cpu_wrmsr(u32 msr, u64 value)
{
	asm volatile("wrmsr" : : "c" (msr), "a" ((u32)value), "d" ((u32)(value >> 32)) : "memory");
}

static inline u64 cpu_read_cr2(void)
{
	u64 value;

	asm volatile("mov %%cr2, %0" : "=r" (value));
	return value;
}

static inline void cpu_write_cr2(u64 value)
{
	asm volatile("mov %0, %%cr2" : : "r" (value) : "memory");
}

static inline u64 cpu_read_dr6(void)
{
	u64 value;

	asm volatile("mov %%dr6, %0" : "=r" (value));
	return value;
}

static inline void cpu_write_dr6(u64 value)
{
	asm volatile("mov %0, %%dr6" : : "r" (value) : "memory");
}

static inline u64 cpu_read_dr7(void)
{
	u64 value;

	asm volatile("mov %%dr7, %0" : "=r" (value));
	return value;
}

static inline void cpu_write_dr7(u64 value)
{
	asm volatile("mov %0, %%dr7" : : "r" (value) : "memory");
}

static inline u64 cpu_read_cr8(void)
{
	u64 value;

	asm volatile("mov %%cr8, %0" : "=r" (value));
	return value;
}

static inline void cpu_write_cr8(u64 value)
{
	asm volatile("mov %0, %%cr8" : : "r" (value) : "memory");
}

static inline u64 cpu_read_xcr0(void)
{
	u32 low, high;

	asm volatile("xgetbv" : "=a" (low), "=d" (high) : "c" (0));
	return (u64)high << 32 | low;
}

static inline void cpu_write_xcr0(u64 value)
{
	asm volatile("xsetbv" : : "a" ((u32)value), "d" ((u32)(value >> 32)), "c" (0) : "memory");
}

/* A single instruction; the compiler would unroll a loop. */
static inline void cpu_copy_words(u64 *to, const u64 *from, unsigned long count)
{
	asm volatile("rep movsq" : "+D" (to), "+S" (from), "+c" (count) : : "memory");
}

/* No physical interrupt or NMI reaches this CPU, whatever IF says. */
static inline void cpu_clgi(void)
{
	asm volatile("clgi" : : : "memory");
}

static inline void cpu_stgi(void)
{
	asm volatile("stgi" : : : "memory");
}

#endif /* _HYPERVISOR_BASE_CPU_H */
