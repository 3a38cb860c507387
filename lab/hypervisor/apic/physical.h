/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The CPU's own APIC. Registers have the numbers of x2APIC: MSR 0x800 + number, or
 * number * 16 in memory (Intel SDM 3A, "x2APIC Register Address Space").
 */
#ifndef _HYPERVISOR_APIC_PHYSICAL_H
#define _HYPERVISOR_APIC_PHYSICAL_H

#include <linux/types.h>

#include "base/cpu.h"

enum apic_register {
	APIC_ID_REGISTER = 0x02,
	APIC_VERSION = 0x03,
	APIC_TPR = 0x08,
	APIC_PPR = 0x0a,
	APIC_EOI = 0x0b,
	APIC_LDR = 0x0d,
	APIC_DFR = 0x0e,
	APIC_SVR = 0x0f,
	APIC_ISR = 0x10,
	APIC_TMR = 0x18,
	APIC_IRR = 0x20,
	APIC_ESR = 0x28,
	APIC_LVT_CMCI = 0x2f,
	APIC_ICR = 0x30,
	APIC_ICR_HIGH = 0x31,
	APIC_LVT_TIMER = 0x32,
	APIC_LVT_THERMAL = 0x33,
	APIC_LVT_COUNTER = 0x34,
	APIC_LVT_LINT0 = 0x35,
	APIC_LVT_LINT1 = 0x36,
	APIC_LVT_ERROR = 0x37,
	APIC_TIMER_INITIAL = 0x38,
	APIC_TIMER_CURRENT = 0x39,
	APIC_TIMER_DIVIDE = 0x3e,
	APIC_SELF_IPI = 0x3f,
};

#define APIC_MSR_FIRST       0x800
#define APIC_MSR_LAST        0x8ff

#define APIC_LVT_MASKED      BIT(16)
#define APIC_LVT_NMI         (4U << 8)
#define APIC_LVT_MODE        (3U << 17)
/* Both mode bits together are reserved; QEMU treats them as this one. */
#define APIC_LVT_PERIODIC    BIT(17)
#define APIC_LVT_MODE_TSC    (2U << 17)
#define APIC_LVT_VECTOR      0xffU

#define APIC_ICR_NMI         0x400U
#define APIC_ICR_INIT        0x500U
#define APIC_ICR_STARTUP     0x600U
#define APIC_ICR_MODE        0x700U
#define APIC_ICR_LOGICAL     BIT(11)
#define APIC_ICR_BUSY        BIT(12)
#define APIC_ICR_ASSERT      BIT(14)
#define APIC_ICR_SHORTHAND   (3U << 18)
#define APIC_ICR_SELF        BIT(18)
#define APIC_ICR_ALL         (2U << 18)
#define APIC_ICR_OTHERS      (3U << 18)
/* Of the lower half. */
#define APIC_ICR_RESERVED    (GENMASK(31, 20) | GENMASK(17, 16) | BIT(13))

/**
 * apic_read() - read a register
 * @number: of x2APIC.
 *
 * Return: its value.
 */
u32 apic_read(u32 number);

/**
 * apic_write() - write a register
 * @number: of x2APIC, but not its ICR.
 * @value:  what.
 */
void apic_write(u32 number, u32 value);

/**
 * apic_send() - send an interrupt
 * @destination: as xAPIC has it, 8 bits.
 * @command:     the low half of ICR.
 *
 * Context: not from an NMI's handler, which would come between its two writes.
 */
void apic_send(u32 destination, u32 command);

/**
 * apic_start() - make this CPU's APIC ready
 *
 * L1's interrupts come as they are. Of the hypervisor's own, NMI is for other CPUs, and a
 * few vectors are for the host: see vcpu/interrupts.h.
 */
void apic_start(void);

/**
 * apic_tell_cpu() - make the APIC signal its requests to the CPU again
 *
 * At each exit from guest mode, QEMU (target/i386/tcg/sysemu/svm_helper.c, do_vmexit())
 * clears a bit of the CPU's interrupt requests by a plain read-modify-write, mostly without
 * its global lock. A bit that its main loop sets at that moment is lost: the interrupt is then in
 * IRR, but the CPU does not know of it. Writing the task priority makes the APIC check again.
 *
 * Context: after an exit, before the next entry.
 */
static inline void apic_tell_cpu(void)
{
	cpu_write_cr8(cpu_read_cr8());
}

/**
 * apic_highest() - the highest bit that is set in eight registers
 * @first: APIC_IRR, APIC_ISR or APIC_TMR.
 *
 * Return: the vector, or -1.
 */
int apic_highest(u32 first);

/**
 * apic_has() - is a vector's bit set in eight registers
 * @first:  APIC_IRR, APIC_ISR or APIC_TMR.
 * @vector: 0 to 255.
 *
 * Return: whether it is.
 */
bool apic_has(u32 first, u32 vector);

/**
 * apic_is_open() - does a vector outrank the processor's priority
 * @vector: 0 to 255.
 *
 * Return: whether it does.
 */
bool apic_is_open(u32 vector);

/**
 * apic_is_deliverable() - would L1 get an interrupt if its interrupts were on
 *
 * Return: whether an interrupt of L1 is pending that outranks the processor's priority.
 */
bool apic_is_deliverable(void);

#endif /* _HYPERVISOR_APIC_PHYSICAL_H */
