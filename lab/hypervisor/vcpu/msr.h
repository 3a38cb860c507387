/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * L1's RDMSR and WRMSR.
 */
#ifndef _HYPERVISOR_VCPU_MSR_H
#define _HYPERVISOR_VCPU_MSR_H

#include <linux/types.h>

struct l1_cpu;

/**
 * enum msr_result - how an access ends
 * @MSR_DONE:    it was carried out
 * @MSR_OF_HOST: it is a #VE
 * @MSR_REFUSED: it is a #GP
 * @MSR_IS_APIC_WRITE: it was carried out, and then it is a #VE
 */
enum msr_result {
	MSR_DONE,
	MSR_OF_HOST,
	MSR_REFUSED,
	MSR_IS_APIC_WRITE,
};

/**
 * msr_fill_permissions() - which accesses do not exit
 * @map: SVM's permission map, all 0.
 */
void msr_fill_permissions(u8 *map);

/**
 * msr_handle() - L1 accesses an MSR
 * @l1:       of this CPU; its registers say which.
 * @is_write: which instruction.
 *
 * Return: how it ended.
 */
enum msr_result msr_handle(struct l1_cpu *l1, bool is_write);

#endif /* _HYPERVISOR_VCPU_MSR_H */
