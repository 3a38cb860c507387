// SPDX-License-Identifier: GPL-2.0-only
/*
 * The local APICs: reading them.
 *
 * By the callback of the exported apic driver: since Linux 6.6, apic_read() is a static call whose
 * trampoline is not exported to modules.
 */
#include <linux/cpumask.h>
#include <linux/irqflags.h>
#include <linux/percpu.h>
#include <linux/smp.h>
#include <asm/apic.h>

#include "board.h"

/* Each bank of a register has 16 bytes, of which the first four are used. */
#define APIC_BANK_BYTES 0x10

/* Vectors from here on are reserved by the kernel: see lab_host.h. */
#define FIRST_KERNEL_VECTOR 0xec

static u32 read_bank(u32 what, u32 bank)
{
	return apic->read(what + bank * APIC_BANK_BYTES);
}

static u32 visible_vectors(u32 bank)
{
	u32 first = bank * 32;

	if (first + 32 <= FIRST_KERNEL_VECTOR)
		return ~0u;
	return (1u << (FIRST_KERNEL_VECTOR - first)) - 1;
}

static void read_here(void *info)
{
	struct lab_apic *state = info;
	u32 bank;

	for (bank = 0; bank < LAB_APIC_BANKS; bank++) {
		state->isr[bank] = read_bank(APIC_ISR, bank) & visible_vectors(bank);
		state->irr[bank] = read_bank(APIC_IRR, bank) & visible_vectors(bank);
	}
}

/**
 * lab_apic_read() - read one CPU's registers, on that CPU
 * @cpu:   which CPU; any value.
 * @state: out: the registers, without the kernel's own vectors.
 *
 * The request is itself an interrupt with a higher priority than any device's: a vector that is
 * shown as requested may be taken right afterwards.
 *
 * Return: 0, or -EINVAL: no such CPU, or it is offline.
 */
int lab_apic_read(u32 cpu, struct lab_apic *state)
{
	if (cpu >= nr_cpu_ids)
		return -EINVAL;
	return smp_call_function_single(cpu, read_here, state, 1) ? -EINVAL : 0;
}

/**
 * lab_apic_requested() - has this vector arrived at this CPU, not yet taken
 * @vector: any.
 *
 * Context: interrupts off; otherwise the answer has no meaning.
 *
 * Return: whether it has.
 */
bool lab_apic_requested(u8 vector)
{
	return read_bank(APIC_IRR, vector / 32) & (1u << vector % 32);
}

/**
 * lab_apic_id() - the id that names a CPU in messages
 * @cpu: a possible CPU.
 *
 * Return: its physical APIC id.
 */
u32 lab_apic_id(u32 cpu)
{
	return per_cpu(x86_cpu_to_apicid, cpu);
}
