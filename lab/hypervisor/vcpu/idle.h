/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Small guests of the hypervisor's own.
 */
#ifndef _HYPERVISOR_VCPU_IDLE_H
#define _HYPERVISOR_VCPU_IDLE_H

#include <linux/types.h>

struct l1_cpu;
struct vmcb;

/**
 * idle_make() - make a guest that runs code of the hypervisor, in its address space
 * @code: where it begins; it has no stack.
 *
 * Return: its control block. Physical interrupts, NMIs and VMMCALL end it.
 */
struct vmcb *idle_make(const u8 *code);

/**
 * idle_wait() - wait until L1 gets something to do
 * @l1: of this CPU, whose @idle waits.
 *
 * Returns once an interrupt is requested that outranks L1's priority, which stays
 * where it is, or an NMI has come. Whether L1 has its interrupts on does not matter.
 */
void idle_wait(struct l1_cpu *l1);

#endif /* _HYPERVISOR_VCPU_IDLE_H */
