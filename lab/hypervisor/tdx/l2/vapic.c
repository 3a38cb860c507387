// SPDX-License-Identifier: GPL-2.0-only
/*
 * APIC virtualization with virtual-interrupt delivery, as the CPU does it.
 *
 * Owns: the changes of RVI, SVI and the virtual-APIC page. Must not know: why they change, and how
 * an interrupt is delivered. It compiles in user space too.
 *
 * L1 may write to the page at any time, so each register is read only once.
 */
#include "tdx/l2/logic.h"

#define BANK_BYTES 0x10

static void set_bit_of(struct vapic *vapic, u32 base, u8 vector)
{
	u32 offset = base + vector / 32 * BANK_BYTES;

	vapic_write(vapic, offset, vapic_read(vapic, offset) | 1u << vector % 32);
}

static void clear_bit_of(struct vapic *vapic, u32 base, u8 vector)
{
	u32 offset = base + vector / 32 * BANK_BYTES;

	vapic_write(vapic, offset, vapic_read(vapic, offset) & ~(1u << vector % 32));
}

/* 0 if none is set: vector 0 is not an interrupt. */
static u8 highest_of(const struct vapic *vapic, u32 base)
{
	u32 bank = 8;

	while (bank--) {
		u32 bits = vapic_read(vapic, base + bank * BANK_BYTES);

		if (bits)
			return bank * 32 + 31 - __builtin_clz(bits);
	}
	return 0;
}

/**
 * vapic_deliver() - "virtual-interrupt delivery", up to the IDT
 * @vapic: the virtual APIC; an interrupt is pending
 *
 * Return: the vector to be delivered.
 */
u8 vapic_deliver(struct vapic *vapic)
{
	u8 vector = vapic->rvi;

	set_bit_of(vapic, VAPIC_ISR, vector);
	vapic->svi = vector;
	vapic_write(vapic, VAPIC_PPR, vector & VAPIC_PRIORITY_CLASS);
	clear_bit_of(vapic, VAPIC_IRR, vector);
	vapic->rvi = highest_of(vapic, VAPIC_IRR);
	return vector;
}

/**
 * vapic_eoi() - "EOI virtualization"
 * @vapic: the virtual APIC
 *
 * Return: the vector that was in service.
 */
u8 vapic_eoi(struct vapic *vapic)
{
	u8 vector = vapic->svi;

	clear_bit_of(vapic, VAPIC_ISR, vector);
	vapic->svi = highest_of(vapic, VAPIC_ISR);
	vapic_update_ppr(vapic);
	return vector;
}

/**
 * vapic_set_tpr() - "TPR virtualization"
 * @vapic: the virtual APIC
 * @tpr:   new
 */
void vapic_set_tpr(struct vapic *vapic, u8 tpr)
{
	vapic_write(vapic, VAPIC_TPR, tpr);
	vapic_update_ppr(vapic);
}

/**
 * vapic_self_ipi() - "self-IPI virtualization"
 * @vapic:  the virtual APIC
 * @vector: 16 or more
 */
void vapic_self_ipi(struct vapic *vapic, u8 vector)
{
	set_bit_of(vapic, VAPIC_IRR, vector);
	if (vector > vapic->rvi)
		vapic->rvi = vector;
}
