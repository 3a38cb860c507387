/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The state that a VP starts in.
 */
#ifndef _LAB_PARAVISOR_VCPU_H
#define _LAB_PARAVISOR_VCPU_H

#include <stdint.h>

struct vp;

/**
 * struct vcpu_state - where a VP begins in 64-bit mode, with flat segments
 * @cr3: address of page tables of 4 levels
 */
struct vcpu_state {
	uint64_t cr3;
	uint16_t code_selector;
	uint16_t data_selector;
	uint64_t rip;
	uint64_t rdi;
	uint64_t rsi;
};

/*
 * Each sets up all of the VP's registers and its virtual APIC. On the VP's own thread.
 * Return: 0 or a negative errno.
 */
int vcpu_set_long_mode(struct vp *vp, const struct vcpu_state *state);
/* As after SIPI (Intel SDM, "MP Initialization Protocol"). */
int vcpu_set_real_mode(struct vp *vp, uint8_t vector);

/*
 * Lets VTL0 write CR0 and CR4, and those MSRs that the TDX module or the driver switches,
 * without an exit. Only an operating system needs that. A write that changes MCE, VMXE or SMXE
 * of CR4 still exits: their values belong to the TDX module.
 */
int vcpu_open_registers(struct vp *vp);
/* After such an exit. Return: -EINVAL if the write must raise #GP. */
int vcpu_write_cr4(struct vp *vp, uint64_t value);

#endif /* _LAB_PARAVISOR_VCPU_H */
