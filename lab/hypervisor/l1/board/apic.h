/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The interrupt controllers of the CPUs: a look at them.
 */
#ifndef _HYPERVISOR_L1_BOARD_APIC_H
#define _HYPERVISOR_L1_BOARD_APIC_H

#include <linux/types.h>

/* Eight banks of 32 vectors. */
#define LAB_APIC_BANKS 8

/**
 * struct lab_apic - the two registers of one CPU
 * @isr: in service.
 * @irr: requested: arrived, not yet taken.
 */
struct lab_apic {
	u32 isr[LAB_APIC_BANKS];
	u32 irr[LAB_APIC_BANKS];
};

int lab_apic_read(u32 cpu, struct lab_apic *state);
bool lab_apic_requested(u8 vector);
u32 lab_apic_id(u32 cpu);

#endif /* _HYPERVISOR_L1_BOARD_APIC_H */
