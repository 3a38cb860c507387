/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The instructions that access registers shared by VTL2 and VTL0, without tracing,
 * paravirtualization and fault handling, so that they can be used where the code must
 * not be instrumented. A unit test replaces this file by a simulated CPU.
 */
#ifndef _MSHV_VTL_TDX_INSN_H
#define _MSHV_VTL_TDX_INSN_H

#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/types.h>

#include <asm/asm.h>

struct fxregs_state;
struct xregs_state;

static __always_inline u64 insn_rdmsr(u32 msr)
{
	u32 low, high;

	asm volatile("rdmsr" : "=a" (low), "=d" (high) : "c" (msr));
	return (u64)high << 32 | low;
}

static __always_inline void insn_wrmsr(u32 msr, u64 value)
{
	asm volatile("wrmsr" : : "c" (msr), "a" ((u32)value),
		     "d" ((u32)(value >> 32)) : "memory");
}

static __always_inline void insn_xsetbv(u64 value)
{
	asm volatile("xsetbv" : : "c" (0), "a" ((u32)value),
		     "d" ((u32)(value >> 32)) : "memory");
}

/* Return: 0, or -EINVAL if the CPU refuses the value. */
static __always_inline int insn_xsetbv_safe(u64 value)
{
	int ret = -EINVAL;

	asm volatile("1: xsetbv\n"
		     "   xor %0, %0\n"
		     "2:\n"
		     _ASM_EXTABLE(1b, 2b)
		     : "+r" (ret)
		     : "c" (0), "a" ((u32)value), "d" ((u32)(value >> 32)) : "memory");
	return ret;
}

/* The kernel's own function keeps a copy of CR4, and does not let modules change it. */
static __always_inline void insn_write_cr4(unsigned long value)
{
	asm volatile("mov %0, %%cr4" : : "r" (value) : "memory");
}

static __always_inline u32 insn_rdpkru(void)
{
	u32 value, zero;

	asm volatile("rdpkru" : "=a" (value), "=d" (zero) : "c" (0));
	return value;
}

static __always_inline void insn_wrpkru(u32 value)
{
	asm volatile("wrpkru" : : "a" (value), "c" (0), "d" (0) : "memory");
}

static __always_inline u64 insn_read_cr2(void)
{
	u64 value;

	asm volatile("mov %%cr2, %0" : "=r" (value) : : "memory");
	return value;
}

static __always_inline void insn_write_cr2(u64 value)
{
	asm volatile("mov %0, %%cr2" : : "r" (value) : "memory");
}

#define INSN_DR(n) \
static __always_inline u64 insn_read_dr##n(void) \
{ \
	u64 value; \
	\
	asm volatile("mov %%db" #n ", %0" : "=r" (value) : : "memory"); \
	return value; \
} \
\
static __always_inline void insn_write_dr##n(u64 value) \
{ \
	asm volatile("mov %0, %%db" #n : : "r" (value) : "memory"); \
}

INSN_DR(0)
INSN_DR(1)
INSN_DR(2)
INSN_DR(3)
INSN_DR(6)
INSN_DR(7)

/* @components: state components; 0: only the x87 and SSE state. */
static __always_inline void insn_extended_load(const void *area, u64 components)
{
	if (components)
		asm volatile("xrstor64 (%0)" : : "r" (area), "a" ((u32)components),
			     "d" ((u32)(components >> 32)) : "memory");
	else
		asm volatile("fxrstor64 (%0)" : : "r" (area) : "memory");
}

static __always_inline void insn_extended_store(void *area, u64 components)
{
	if (components)
		asm volatile("xsave64 (%0)" : : "r" (area), "a" ((u32)components),
			     "d" ((u32)(components >> 32)) : "memory");
	else
		asm volatile("fxsave64 (%0)" : : "r" (area) : "memory");
}

#endif /* _MSHV_VTL_TDX_INSN_H */
