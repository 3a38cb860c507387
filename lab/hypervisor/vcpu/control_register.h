/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * L1's writes to CR0 and CR4.
 */
#ifndef _HYPERVISOR_VCPU_CONTROL_REGISTER_H
#define _HYPERVISOR_VCPU_CONTROL_REGISTER_H

#include <linux/types.h>

struct l1_cpu;

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
 * control_register_repair() - make the state one that VMRUN takes
 * @l1: of this CPU, about to be entered.
 *
 * A CPU refuses a debug register with bits 63:32, and a code segment of 64 and of 32 bits,
 * when they are written; QEMU when they are there at VMRUN.
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

#endif /* _HYPERVISOR_VCPU_CONTROL_REGISTER_H */
