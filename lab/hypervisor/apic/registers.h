/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * L1's x2APIC: what its MSRs do.
 */
#ifndef _HYPERVISOR_APIC_REGISTERS_H
#define _HYPERVISOR_APIC_REGISTERS_H

#include <linux/types.h>

struct l1_cpu;

/**
 * struct l1_apic - the part of L1's APIC that is not in the CPU's APIC
 * @lvt:         sources that this machine does not have: stored, without effect
 * @svr:         likewise
 * @tpr:         as L1 wrote it: the CPU's register never blocks the host's vectors
 * @lvt_timer:   as L1 wrote it
 * @deadline:    L1's IA32_TSC_DEADLINE
 * @lends_timer: the timer ends L2 now
 * @beats:       the timer ends L2 soon, independent of any deadline
 * @was_armed:   the timer must be armed for L1 again afterwards
 * @l2_deadline: of L2, while it ends L2
 * @counts_until: when the timer is due, while the clock runs; 0: it is not armed
 */
struct l1_apic {
	u32 lvt[8];
	u32 svr;
	u32 tpr;
	u32 lvt_timer;
	u64 deadline;
	bool lends_timer;
	bool beats;
	bool was_armed;
	u64 l2_deadline;
	u64 counts_until;
};

/**
 * l1_apic_reset() - as after a reset
 * @l1: whose.
 */
void l1_apic_reset(struct l1_cpu *l1);

/**
 * l1_apic_read() - RDMSR
 * @l1:    of this CPU.
 * @msr:   0x800 to 0x8ff.
 * @value: out.
 *
 * Return: whether there is such a register.
 */
bool l1_apic_read(struct l1_cpu *l1, u32 msr, u64 *value);

/**
 * l1_apic_write() - WRMSR
 * @l1:    of this CPU.
 * @msr:   0x800 to 0x8ff.
 * @value: what.
 *
 * Return: whether there is such a register.
 */
bool l1_apic_write(struct l1_cpu *l1, u32 msr, u64 value);

#endif /* _HYPERVISOR_APIC_REGISTERS_H */
