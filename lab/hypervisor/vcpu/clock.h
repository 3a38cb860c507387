/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The time stamp counter that L1 and L2 have.
 */
#ifndef _HYPERVISOR_VCPU_CLOCK_H
#define _HYPERVISOR_VCPU_CLOCK_H

#include <linux/types.h>

struct l1_cpu;
struct svm_run;
struct vmcb;

/* Their clock stands still while the hypervisor works. Constant once L1 runs. */
extern bool clock_is_stopped;

/* The same for L2's clock alone. */
extern bool clock_of_l2_is_stopped;

/**
 * clock_measure() - find out what of a world switch lies outside of the clock's readings
 * @l1: of this CPU.
 *
 * Context: at boot, if one of the two above is set.
 */
void clock_measure(struct l1_cpu *l1);

/**
 * clock_of_l1() - L1's time stamp counter, as it stands
 * @l1: of this CPU, which is not in guest mode.
 *
 * Return: its value.
 */
u64 clock_of_l1(const struct l1_cpu *l1);

/**
 * clock_run() - world_run(), with the clock going
 * @l1:   of this CPU.
 * @vmcb: the control block of L1, or of a guest that waits in its place.
 * @regs: for world_run().
 *
 * Context: as for world_run().
 */
void clock_run(struct l1_cpu *l1, struct vmcb *vmcb, u64 *regs);

/**
 * clock_run_l2() - svm_run_switch(), with the clock going
 * @l1:  of this CPU.
 * @run: for svm_run_switch().
 *
 * Context: as for svm_run().
 */
void clock_run_l2(struct l1_cpu *l1, struct svm_run *run);

#endif /* _HYPERVISOR_VCPU_CLOCK_H */
