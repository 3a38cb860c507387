/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Functions for instructions that C does not have, and the x2APIC's registers.
 */
#ifndef _LAB_VTL0_MACHINE_H
#define _LAB_VTL0_MACHINE_H

#include <stdint.h>

#define MSR_X2APIC_TPR		0x808
#define MSR_X2APIC_EOI		0x80b
#define MSR_X2APIC_SVR		0x80f
#define MSR_X2APIC_ISR0		0x810
#define MSR_X2APIC_ICR		0x830
#define MSR_X2APIC_SELF_IPI	0x83f
#define MSR_GUEST_IDLE		0x400000f0

static inline uint64_t rdmsr(uint32_t msr)
{
	uint32_t low, high;

	asm volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
	return (uint64_t)high << 32 | low;
}

static inline void wrmsr(uint32_t msr, uint64_t value)
{
	/* "memory": earlier stores must come before an IPI to another CPU. */
	asm volatile("wrmsr" : : "c"(msr), "a"((uint32_t)value), "d"((uint32_t)(value >> 32))
		     : "memory");
}

static inline uint64_t rdtsc(void)
{
	uint32_t low, high;

	asm volatile("rdtsc" : "=a"(low), "=d"(high));
	return (uint64_t)high << 32 | low;
}

static inline uint64_t read_cr2(void)
{
	uint64_t value;

	asm volatile("mov %%cr2, %0" : "=r"(value));
	return value;
}

static inline void outb(uint16_t port, uint8_t value)
{
	asm volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline void interrupts_open(void)
{
	asm volatile("sti" : : : "memory");
}

static inline void interrupts_close(void)
{
	asm volatile("cli" : : : "memory");
}

/* STI takes effect after HLT begins, so that no interrupt comes between the two. */
static inline void interrupts_open_and_halt(void)
{
	asm volatile("sti; hlt" : : : "memory");
}

/* Halt with interrupts disabled: the interrupt that ends HLT is not delivered yet. */
static inline void halt_once(void)
{
	asm volatile("hlt" : : : "memory");
}

/* Return EDX:EAX after the RDMSR. All of their bits are set before it. */
static inline uint64_t idle(void)
{
	uint64_t low = ~0ULL, high = ~0ULL;

	asm volatile("rdmsr" : "+a"(low), "+d"(high) : "c"(MSR_GUEST_IDLE) : "memory");
	return high << 32 | low;
}

static inline void halt_for_ever(void)
{
	asm volatile("cli; hlt" : : : "memory");
}

static inline void relax(void)
{
	asm volatile("pause" : : : "memory");
}

static inline void vmcall(uint64_t call, uint64_t argument)
{
	asm volatile("vmcall" : "+a"(call) : "c"(argument) : "memory");
}

static inline void mmio_write(uint64_t address, uint32_t value)
{
	*(volatile uint32_t *)address = value;
}

static inline uint32_t mmio_read(uint64_t address)
{
	return *(volatile uint32_t *)address;
}

#endif /* _LAB_VTL0_MACHINE_H */
