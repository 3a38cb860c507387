/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The switch to L1 and back. Owns: nothing but the order of instructions.
 *
 * Nothing but what VMRUN itself switches is saved: the hypervisor uses neither FS nor
 * GS, TR, LDTR, SYSCALL's MSRs nor the FPU, so that L1's stay in the CPU.
 */
#include "vcpu/world.h"

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
	movq	0x08(%rdi), %rcx
	movq	0x10(%rdi), %rdx
	movq	0x18(%rdi), %rbx
	movq	0x28(%rdi), %rbp
	movq	0x30(%rdi), %rsi
	movq	0x40(%rdi), %r8
	movq	0x48(%rdi), %r9
	movq	0x50(%rdi), %r10
	movq	0x58(%rdi), %r11
	movq	0x60(%rdi), %r12
	movq	0x68(%rdi), %r13
	movq	0x70(%rdi), %r14
	movq	0x78(%rdi), %r15
	movq	0x38(%rdi), %rdi

	/* For V_INTR_MASKING. QEMU takes the shadow of STI into the guest: NOP ends it. */
	sti
	nop
	vmrun	%rax
	cli

	xchgq	%rdi, (%rsp)
	movq	%rcx, 0x08(%rdi)
	movq	%rdx, 0x10(%rdi)
	movq	%rbx, 0x18(%rdi)
	movq	%rbp, 0x28(%rdi)
	movq	%rsi, 0x30(%rdi)
	movq	%r8, 0x40(%rdi)
	movq	%r9, 0x48(%rdi)
	movq	%r10, 0x50(%rdi)
	movq	%r11, 0x58(%rdi)
	movq	%r12, 0x60(%rdi)
	movq	%r13, 0x68(%rdi)
	movq	%r14, 0x70(%rdi)
	movq	%r15, 0x78(%rdi)
	popq	%rax
	movq	%rax, 0x38(%rdi)
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

/* What the guest that waits for an interrupt does; see idle.c. */
	.globl	world_wait
world_wait:
	hlt
	jmp	world_wait

/* And the one that measures a world switch: two readings, with an exit between them. */
	.globl	world_measure
world_measure:
	rdtsc
	movl	%eax, %ecx
	vmmcall
	rdtsc
	vmmcall

	.section .note.GNU-stack, "", @progbits
