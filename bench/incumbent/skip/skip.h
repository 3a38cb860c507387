/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The interface between the two files of the module.
 */
#ifndef FIXED_SKIP_H
#define FIXED_SKIP_H

/* KVM's EMULTYPE_SKIP, for the assembler. main.c checks the value. */
#define FIXED_SKIP_TYPE	4

#ifndef __ASSEMBLER__
struct kvm_vcpu;

/**
 * fixed_skip() - skip the guest's instruction without reading it
 * @vcpu:        the vCPU whose RIP is at the instruction
 *
 * Return: 1, as kvm_emulate_instruction() for an instruction that was skipped.
 */
int fixed_skip(struct kvm_vcpu *vcpu);

/* Runs in place of kvm_emulate_instruction(). Not to be called from C. */
void fixed_skip_hook(void);
#endif

#endif
