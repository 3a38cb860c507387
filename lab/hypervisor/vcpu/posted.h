/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Interrupts of L1 on the vectors 16 to 31, which the CPU's APIC cannot deliver to L1, because
 * the host uses them there: see interrupts.h.
 */
#ifndef _HYPERVISOR_VCPU_POSTED_H
#define _HYPERVISOR_VCPU_POSTED_H

#include <linux/types.h>

struct l1_cpu;

#define POSTED_VECTOR_FIRST 16
/* The only one of these that ends L2 with a TDX module: td_l2_interrupt.c. */
#define POSTED_VECTOR_LAST  31

/**
 * struct l1_posted - these interrupts on one CPU, a bit for each vector
 * @requested:  IRR; other CPUs set bits, this CPU clears them
 * @unseen:     those of @requested that RVI does not include: they came while L2 ran
 * @in_service: ISR
 */
struct l1_posted {
	u32 requested;
	u32 unseen;
	u32 in_service;
};

static inline bool posted_is_one(u64 vector)
{
	return vector >= POSTED_VECTOR_FIRST && vector <= POSTED_VECTOR_LAST;
}

/**
 * posted_post() - send L1 an interrupt
 * @l1:     on which CPU; may be this one.
 * @vector: one that posted_is_one().
 *
 * Context: any.
 */
void posted_post(struct l1_cpu *l1, u8 vector);

/**
 * posted_is_deliverable() - does one outrank L1's priority
 * @l1: of this CPU.
 *
 * It does not matter whether L1 has its interrupts on.
 * Return: whether one does.
 */
bool posted_is_deliverable(const struct l1_cpu *l1);

/**
 * posted_enter() - inject one, or request an exit for when that becomes possible
 * @l1: of this CPU, about to be entered.
 *
 * Context: GIF is 0; exceptions and NMIs are in the control block already.
 */
void posted_enter(struct l1_cpu *l1);

/**
 * posted_end() - L1 writes its EOI register
 * @l1: of this CPU.
 *
 * Return: whether that has ended one of these; otherwise the EOI is for the APIC.
 */
bool posted_end(struct l1_cpu *l1);

/**
 * posted_ends_l2() - must L2 end for one of them
 * @l1: of this CPU, which runs L2.
 *
 * Return: whether it is.
 */
bool posted_ends_l2(const struct l1_cpu *l1);

/**
 * posted_left_l2() - L2 has been left
 * @l1:     of this CPU.
 * @before: @requested when L2 was entered.
 */
void posted_left_l2(struct l1_cpu *l1, u32 before);

#endif /* _HYPERVISOR_VCPU_POSTED_H */
