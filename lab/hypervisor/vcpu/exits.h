/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * L1's exits, and the handlers of the more complex ones.
 */
#ifndef _HYPERVISOR_VCPU_EXITS_H
#define _HYPERVISOR_VCPU_EXITS_H

#include <linux/types.h>

struct l1_cpu;

/**
 * exits_handle_l1() - L1 has exited
 * @l1: of this CPU.
 *
 * When it returns, L1 can go on.
 */
void exits_handle_l1(struct l1_cpu *l1);

/* msr.c */

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
 * msr_fill_permissions() - fill in which accesses do not exit
 * @map: SVM's permission map, all 0.
 */
void msr_fill_permissions(u8 *map);

/**
 * msr_handle() - L1 accesses an MSR
 * @l1:       of this CPU; its registers name the MSR.
 * @is_write: which instruction.
 *
 * Return: how it ended.
 */
enum msr_result msr_handle(struct l1_cpu *l1, bool is_write);

/* control_register.c */

/* MOV to CR8, as an intercept. */
#define CONTROL_REGISTER_8 BIT(8)

/**
 * control_register_intercepts() - which writes exit
 *
 * Return: for the control block.
 */
u16 control_register_intercepts(void);

/**
 * control_register_write() - L1 has executed MOV to CR0, CR4 or CR8, CLTS or LMSW
 * @l1: of this CPU.
 */
void control_register_write(struct l1_cpu *l1);

/**
 * control_register_repair() - change the state to one that VMRUN accepts
 * @l1: of this CPU, about to be entered.
 *
 * A CPU refuses a debug register with bits 63:32, and a code segment that is both 64-bit and
 * 32-bit, when it is written; QEMU refuses it at VMRUN.
 */
void control_register_repair(struct l1_cpu *l1);

/**
 * control_register_refused() - has QEMU ended guest mode where a CPU raises #GP
 * @l1: of this CPU, which has left guest mode with SVM_FAILED.
 *
 * That is what QEMU does when MOV to CR0 or CR4, which an ordinary guest executes without an
 * exit, sets a reserved bit.
 * Return: whether that is the reason.
 */
bool control_register_refused(const struct l1_cpu *l1);

#endif /* _HYPERVISOR_VCPU_EXITS_H */
