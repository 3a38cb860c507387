/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Entering a guest and coming back: the world switch, the guests' clock, and the small guests
 * that wait in place of L1.
 */
#ifndef _HYPERVISOR_VCPU_WORLD_H
#define _HYPERVISOR_VCPU_WORLD_H

#include <linux/types.h>

struct l1_cpu;
struct svm_run;
struct vmcb;

/**
 * world_run() - run a guest until it exits
 * @regs:    its registers by enum l2_gpr, but for RAX and RSP; in and out.
 * @vmcb_pa: its control block.
 *
 * Context: interrupts off and GIF 0, before and after.
 */
void world_run(u64 *regs, u64 vmcb_pa);

/**
 * world_load() - VMLOAD
 * @vmcb_pa: from there.
 */
void world_load(u64 vmcb_pa);

/* Code for guests that share the hypervisor's address space. */
extern u8 world_wait[], world_measure[];

/* The guests' clock stands still while the hypervisor works. Constant once L1 runs. */
extern bool clock_is_stopped;

/* The same for L2's clock alone. */
extern bool clock_of_l2_is_stopped;

/**
 * clock_measure() - measure the part of a world switch outside of the clock's readings
 * @l1: of this CPU.
 *
 * Context: at boot, if one of the two above is set.
 */
void clock_measure(struct l1_cpu *l1);

/**
 * clock_of_l1() - read L1's time stamp counter
 * @l1: of this CPU, which is not in guest mode.
 *
 * Return: its value.
 */
u64 clock_of_l1(const struct l1_cpu *l1);

/**
 * clock_run() - world_run(), with the clock running
 * @l1:   of this CPU.
 * @vmcb: the control block of L1, or of a guest that waits in its place.
 * @regs: for world_run().
 *
 * Context: as for world_run().
 */
void clock_run(struct l1_cpu *l1, struct vmcb *vmcb, u64 *regs);

/**
 * clock_run_l2() - svm_run_switch(), with the clock running
 * @l1:  of this CPU.
 * @run: for svm_run_switch().
 *
 * Context: as for svm_run().
 */
void clock_run_l2(struct l1_cpu *l1, struct svm_run *run);

/**
 * idle_make() - make a guest that runs code of the hypervisor, in its address space
 * @code: where it begins; it has no stack.
 *
 * Return: its control block. Physical interrupts, NMIs and VMMCALL end it.
 */
struct vmcb *idle_make(const u8 *code);

/**
 * idle_wait() - wait for an interrupt of L1
 * @l1: of this CPU, whose @idle waits.
 *
 * Returns once an interrupt is pending that outranks L1's priority, or an NMI is. The interrupt
 * stays pending. It does not matter whether L1 has its interrupts on.
 */
void idle_wait(struct l1_cpu *l1);

#endif /* _HYPERVISOR_VCPU_WORLD_H */
