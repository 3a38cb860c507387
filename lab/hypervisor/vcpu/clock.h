/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * L1's time stamp counter.
 */
#ifndef _HYPERVISOR_VCPU_CLOCK_H
#define _HYPERVISOR_VCPU_CLOCK_H

#include <linux/types.h>

struct l1_cpu;

/* L1's clock stands still while the hypervisor works. Constant once L1 runs. */
extern bool clock_is_stopped;

/**
 * clock_measure() - find out what of a world switch is not seen by clock_stop()
 * @l1: of this CPU.
 *
 * Context: at boot, if clock_is_stopped.
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
 * clock_offset_of_l2() - what SVM is to add to the TSC for L2, which goes on from L1's time
 * @l1: of this CPU, about to enter L2.
 *
 * Return: that.
 */
u64 clock_offset_of_l2(const struct l1_cpu *l1);

/**
 * clock_stop() - guest mode is left
 * @l1: of this CPU.
 */
void clock_stop(struct l1_cpu *l1);

/**
 * clock_go_on() - guest mode is entered
 * @l1: of this CPU.
 *
 * Return: what SVM is to add to the TSC.
 */
u64 clock_go_on(struct l1_cpu *l1);

#endif /* _HYPERVISOR_VCPU_CLOCK_H */
