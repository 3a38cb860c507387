/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Physical interrupts that are the host's and not L1's.
 *
 * Each CPU has a few vectors that the host may use. They are of the lowest priority class,
 * which no kernel has for interrupts: Linux keeps 0 to 31 for exceptions. If L1 wants one all
 * the same, it gets it by posted.h.
 */
#ifndef _HYPERVISOR_VCPU_INTERRUPTS_H
#define _HYPERVISOR_VCPU_INTERRUPTS_H

#include <linux/types.h>

struct l1_cpu;

/* Of the class, 0x10 is left out, and 0x11, an exception that has an error code. */
#define HOST_VECTOR_FIRST 0x12
#define HOST_VECTOR_LAST  0x1f
#define HOST_VECTORS      (HOST_VECTOR_LAST - HOST_VECTOR_FIRST + 1)
#define L1_VECTOR_FIRST   0x20

/**
 * struct l1_interrupts - which vectors of a CPU are the host's, and what came
 * @used:     bit n: the host uses vector n; others set bits, and wait until it is seen
 * @draining: bit n of @used: no device names it any more; it is free once nothing of it
 *            is pending
 * @taken:    interrupts that the hypervisor was given and has not handled yet
 * @open:     interrupts are let in
 */
struct l1_interrupts {
	u32 used;
	u32 draining;
	u32 taken[8];
	bool open;
};

/**
 * interrupts_alloc() - take a vector for the host
 * @l1: on which CPU.
 *
 * Once this returns, an interrupt of the vector reaches the host, whatever runs there.
 * Context: any CPU, one at a time.
 * Return: the vector, or 0: none is left.
 */
u8 interrupts_alloc(struct l1_cpu *l1);

/**
 * interrupts_release() - give a vector back
 * @l1:     on which CPU.
 * @vector: of interrupts_alloc(). No device names it any more.
 *
 * Waits until the host was given what is pending, but not for ever: L1 may keep it from
 * coming for as long as it likes. Then the vector is free later.
 * Context: any CPU; no lock is held that an interrupt's handling takes.
 */
void interrupts_release(struct l1_cpu *l1, u8 vector);

/**
 * interrupts_settle() - free what is drained
 * @l1: of this CPU.
 *
 * Context: NMI's handler, or GIF 0.
 */
void interrupts_settle(struct l1_cpu *l1);

/**
 * interrupts_enter() - decide whether interrupts end L1
 * @l1: of this CPU, about to be entered.
 *
 * They do while the host has a vector in use, unless L1 has one of its own pending or in
 * service: that outranks the host's until its end, which is an exit. So L1's own reach it
 * as if there were no host, and none is ever injected.
 * Context: GIF is 0, after request_enter().
 */
void interrupts_enter(struct l1_cpu *l1);

/**
 * interrupts_take_hosts() - take an interrupt of the host, if that is next
 * @l1: of this CPU.
 *
 * Context: GIF is 1, interrupts off.
 * Return: whether it was.
 */
bool interrupts_take_hosts(struct l1_cpu *l1);

/**
 * interrupts_note() - an interrupt has come
 * @l1:     of this CPU.
 * @vector: any.
 *
 * Context: its handler.
 * Return: whether interrupts are let in; if not, it is an exception.
 */
bool interrupts_note(struct l1_cpu *l1, u64 vector);

#endif /* _HYPERVISOR_VCPU_INTERRUPTS_H */
