/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Physical interrupts of the host.
 *
 * Each CPU has a few vectors that the host may use. They are of the lowest priority class, which
 * kernels do not use for interrupts: vectors 0 to 31 are exceptions. If L1 uses one of them all
 * the same, posted.h delivers it.
 */
#ifndef _HYPERVISOR_VCPU_INTERRUPTS_H
#define _HYPERVISOR_VCPU_INTERRUPTS_H

#include <linux/types.h>

struct l1_cpu;

/* The class without 0x10, and without 0x11, which is an exception with an error code. */
#define HOST_VECTOR_FIRST 0x12
#define HOST_VECTOR_LAST  0x1f
#define HOST_VECTORS      (HOST_VECTOR_LAST - HOST_VECTOR_FIRST + 1)
#define L1_VECTOR_FIRST   0x20

/**
 * struct l1_interrupts - which vectors of a CPU are the host's, and what came
 * @used:     bit n: the host uses vector n; other CPUs set bits, and wait until this CPU has
 *            seen them
 * @draining: bit n of @used: no device uses it any more; it becomes free once it is no longer
 *            pending
 * @taken:    interrupts that the hypervisor has taken and not handled yet
 * @open:     the hypervisor takes interrupts now
 */
struct l1_interrupts {
	u32 used;
	u32 draining;
	u32 taken[8];
	bool open;
};

/**
 * interrupts_alloc() - allocate a vector for the host
 * @l1: on which CPU.
 *
 * Once this returns, an interrupt of the vector reaches the host, whatever runs there.
 * Context: any CPU, one at a time.
 * Return: the vector, or 0: none is left.
 */
u8 interrupts_alloc(struct l1_cpu *l1);

/**
 * interrupts_release() - free a vector
 * @l1:     on which CPU.
 * @vector: from interrupts_alloc(). No device uses it any more.
 *
 * Waits for a limited time until a pending interrupt has reached the host: L1 can hold it up
 * for as long as it likes. In that case the vector becomes free later.
 * Context: any CPU; no lock is held that the handling of an interrupt takes.
 */
void interrupts_release(struct l1_cpu *l1, u8 vector);

/**
 * interrupts_settle() - free vectors that are drained
 * @l1: of this CPU.
 *
 * Context: NMI's handler, or GIF 0.
 */
void interrupts_settle(struct l1_cpu *l1);

/**
 * interrupts_enter() - decide whether interrupts end L1
 * @l1: of this CPU, about to be entered.
 *
 * They do while the host uses a vector, unless an interrupt of L1 is pending or in service: it
 * outranks the host's until its EOI, which is an exit. So L1's interrupts reach it as if there
 * were no host, and none is ever injected.
 * Context: GIF is 0, after request_enter().
 */
void interrupts_enter(struct l1_cpu *l1);

/**
 * interrupts_take_hosts() - take the next interrupt if it is the host's
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
 * Return: whether the hypervisor takes interrupts now; if not, this is an exception.
 */
bool interrupts_note(struct l1_cpu *l1, u64 vector);

#endif /* _HYPERVISOR_VCPU_INTERRUPTS_H */
