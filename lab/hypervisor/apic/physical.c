// SPDX-License-Identifier: GPL-2.0-only
/*
 * The CPU's own APIC, in the mode that plain QEMU has: xAPIC, by memory.
 *
 * Owns: the access, and the setup of the APIC. It serves as L1's virtual APIC: its interrupts
 * reach L1 without an exit, as posted interrupts do on hardware, and end L2 while L2 runs.
 * registers.c decides what L1 can see of it, and vcpu/interrupts.c which vectors are not L1's.
 */
#include "apic/apic.h"
#include "base/machine.h"
#include "vcpu/l1.h"

#define APIC_PLACE       0xfee00000UL
#define SVR_ENABLED      0x100U
#define SPURIOUS_VECTOR  0xffU
#define DFR_FLAT         0xffffffffU
#define DIVIDE_BY_1      0xbU
#define PRIORITY_CLASS   0xf0U

/* The masks of the two PICs. */
#define PIC_1_MASK       0x21
#define PIC_2_MASK       0xa1

static volatile u32 *place_of(u32 number)
{
	return (volatile u32 *)(APIC_PLACE + number * 0x10);
}

u32 apic_read(u32 number)
{
	return *place_of(number);
}

void apic_write(u32 number, u32 value)
{
	*place_of(number) = value;
}

void apic_send(u32 destination, u32 command)
{
	apic_write(APIC_ICR_HIGH, destination << 24);
	apic_write(APIC_ICR, command);
	while (apic_read(APIC_ICR) & APIC_ICR_BUSY)
		__builtin_ia32_pause();
}

static void mask_local_sources(void)
{
	u32 number;

	for (number = APIC_LVT_TIMER; number <= APIC_LVT_ERROR; number++)
		apic_write(number, APIC_LVT_MASKED);
}

void apic_start(void)
{
	u32 id;

	/*
	 * If LINT0 is masked while the PIC requests an interrupt, QEMU keeps the request
	 * and delivers vector -1 later: mask the PICs first, so that none is requested.
	 */
	port_write8(PIC_1_MASK, 0xff);
	port_write8(PIC_2_MASK, 0xff);
	cpu_wrmsr(MSR_APIC_BASE, cpu_rdmsr(MSR_APIC_BASE) | APIC_BASE_ENABLE);
	apic_write(APIC_SVR, SVR_ENABLED | SPURIOUS_VECTOR);
	apic_write(APIC_TPR, 0);
	/* A logical id of flat mode is the low byte of x2APIC's, for CPUs 0 to 7. */
	apic_write(APIC_DFR, DFR_FLAT);
	id = apic_read(APIC_ID_REGISTER) >> 24;
	apic_write(APIC_LDR, id < 8 ? 1U << (24 + id) : 0);
	mask_local_sources();
	apic_write(APIC_TIMER_DIVIDE, DIVIDE_BY_1);
}

int apic_highest(u32 first)
{
	int bank;

	for (bank = 7; bank >= 0; bank--) {
		u32 bits = apic_read(first + bank);

		if (bits)
			return bank * 32 + 31 - __builtin_clz(bits);
	}
	return -1;
}

bool apic_has(u32 first, u32 vector)
{
	return apic_read(first + vector / 32) & BIT(vector % 32);
}

bool apic_is_open(u32 vector)
{
	return (vector & PRIORITY_CLASS) > (apic_read(APIC_PPR) & PRIORITY_CLASS);
}

bool apic_is_deliverable(void)
{
	int requested = apic_highest(APIC_IRR);

	return requested >= L1_VECTOR_FIRST && apic_is_open(requested);
}
