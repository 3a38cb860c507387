/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The switch to L1 and back. Owns: nothing but the order of instructions.
 *
 * Only the state that VMRUN itself switches is saved: the hypervisor does not use FS, GS, TR,
 * LDTR, SYSCALL's MSRs or the FPU, so L1's values stay in the CPU.
 */
#include "vcpu/guest_registers.inc"

	.text

/* void world_run(u64 *regs, u64 vmcb_pa), with GIF 0 before and after. */
	.globl	world_run
world_run:
	pushq	%rbp
	pushq	%rbx
	pushq	%r12
	pushq	%r13
	pushq	%r14
	pushq	%r15
	pushq	%rdi
	movq	%rsi, %rax
	guest_registers_load

	/* For V_INTR_MASKING. QEMU would take STI's shadow into the guest: NOP ends it. */
	sti
	nop
	vmrun	%rax
	cli

	guest_registers_store 0
	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%rbx
	popq	%rbp
	ret

/* void world_load(u64 vmcb_pa): the part of L1's first state that VMRUN does not load. */
	.globl	world_load
world_load:
	movq	%rdi, %rax
	vmload	%rax
	ret

/* The code of the guest that waits for an interrupt; see idle.c. */
	.globl	world_wait
world_wait:
	hlt
	jmp	world_wait

/* The code that measures a world switch: two readings, with an exit between them. */
	.globl	world_measure
world_measure:
	rdtsc
	movl	%eax, %ecx
	vmmcall
	rdtsc
	vmmcall

	.section .note.GNU-stack, "", @progbits
