/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The interfaces between the parts of the module vtlirq_board, except devices and the host.
 */
#ifndef _HYPERVISOR_L1_BOARD_BOARD_H
#define _HYPERVISOR_L1_BOARD_BOARD_H

#include <linux/types.h>

struct lab_device;
struct lab_host_hostile;

/* node.c: /dev/vtlirq_lab_host. */

int lab_node_register(void);
void lab_node_unregister(void);

/* control.c: the host's behaviour and counters. */

long lab_control_ioctl(unsigned int command, void __user *argument);

/* hold.c: raising a source while its CPU cannot take the interrupt. */

int lab_hold_raise(struct lab_device *device, u32 source, u32 cpu, u32 usecs);
void lab_hold_wait_idle(void);

/* hostile.c: many messages and interrupts of one seed, as fast as possible. */

int lab_hostile_run(struct lab_host_hostile *asked);

/* apic.c: the CPUs' interrupt controllers. */

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

#endif /* _HYPERVISOR_L1_BOARD_BOARD_H */
