/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The other CPUs.
 */
#ifndef _HYPERVISOR_BOOT_SMP_H
#define _HYPERVISOR_BOOT_SMP_H

struct l1_cpu;

/**
 * smp_prepare() - make a CPU able to run guests
 * @l1: on its CPU.
 */
void smp_prepare(struct l1_cpu *l1);

/**
 * smp_start() - start all CPUs but this one
 *
 * They wait for L1 to wake them through the mailbox.
 */
void smp_start(void);

/**
 * smp_park() - L1 has no more use for this CPU
 * @l1: of this CPU.
 *
 * It waits for L1 to wake it again, and begins as at first then.
 */
void smp_park(struct l1_cpu *l1);

#endif /* _HYPERVISOR_BOOT_SMP_H */
