/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Entering a guest and coming back: the world switches, the guests' clock, and the small guests
 * that wait in place of L1.
 */
#ifndef _HYPERVISOR_VCPU_WORLD_H
#define _HYPERVISOR_VCPU_WORLD_H

/* Offsets in struct svm_run that world.S needs; tdx/l2.c checks them against the structure. */
#define RUN_VMCB_PA  0x00
#define RUN_HOST_PA  0x08
#define RUN_VMCB     0x10
#define RUN_HOST     0x18
#define RUN_SHADOW   0x20
#define RUN_FROM     0x28
#define RUN_GPR      0x30

#ifndef __ASSEMBLY__

#include <linux/types.h>

#include "tdx/abi.h"
#include "vcpu/vmcb.h"

struct l1_cpu;

/* ---- world.S: the world switches ---- */

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

/**
 * struct svm_run - operands of the world switch to L2
 * @vmcb_pa: physical address of @vmcb
 * @host_pa: physical address of @host
 * @vmcb:    L2's control block
 * @host:    where L1's part of the state is saved that VMRUN does not switch
 * @shadow:  the first instruction of L2 is in an interrupt shadow
 * @from:    the registers with which L2 is entered, by enum l2_gpr: at first those of the state
 *           buffer, after each exit @gpr
 * @gpr:     L2's registers at its exit, except RAX and RSP, which are in @vmcb
 */
struct svm_run {
	u64 vmcb_pa;
	u64 host_pa;
	struct vmcb *vmcb;
	struct vmcb *host;
	u64 shadow;
	const u64 *from;
	u64 gpr[GPR_COUNT];
};

/**
 * svm_run_switch() - the world switch to L2 itself, for svm_run() of tdx/l2.c
 * @run: operands.
 *
 * Context: interrupts off and GIF 0, before and after; the clock is that of L2.
 */
void svm_run_switch(struct svm_run *run);

/* Code for guests that share the hypervisor's address space. */
extern u8 world_wait[], world_measure[];

/* ---- clock.c: the guests' clock ---- */

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

/* ---- idle.c: the guests that wait ---- */

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

#endif /* !__ASSEMBLY__ */
#endif /* _HYPERVISOR_VCPU_WORLD_H */
