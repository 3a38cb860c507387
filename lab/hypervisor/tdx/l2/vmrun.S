/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The world switch. Owns: nothing but the order of instructions.
 *
 * The interrupt flag is on at VMRUN, which with V_INTR_MASKING lets physical
 * interrupts end L2; GIF, which is off before and after, keeps them out of L1.
 * Between VMLOAD of L2 and VMLOAD of L1, GS is L2's: nothing here uses it.
 */
#include "vcpu/guest_registers.inc"
#include "vcpu/vmcb.h"
#include "tdx/l2/vmrun.h"

/* State that TDX does not switch: copied from one control block to the other. Uses RAX. */
.macro hand_over_one field from to
	movq	\field(\from), %rax
	movq	%rax, \field(\to)
.endm

.macro hand_over from to
	hand_over_one VMCB_STAR \from \to
	hand_over_one VMCB_LSTAR \from \to
	hand_over_one VMCB_CSTAR \from \to
	hand_over_one VMCB_SFMASK \from \to
	hand_over_one VMCB_KERNEL_GS_BASE \from \to
.endm

.text

	.globl	svm_run_switch
svm_run_switch:
	pushq	%rbp
	pushq	%r15
	pushq	%r14
	pushq	%r13
	pushq	%r12
	pushq	%rbx
	pushq	%rdi

	movq	RUN_HOST_PA(%rdi), %rax
	vmsave	%rax

	/* State that TDX does not switch: L2 starts with L1's. */
	movq	RUN_VMCB(%rdi), %rcx
	movq	RUN_HOST(%rdi), %rdx
	hand_over %rdx %rcx
	movq	RUN_VMCB_PA(%rdi), %rax
	vmload	%rax

	/* The flags are used by the branch below: MOV does not change them. */
	cmpq	$0, RUN_SHADOW(%rdi)
	movq	RUN_FROM(%rdi), %rdi
	guest_registers_load
	jne	.Lshadow

	/* QEMU takes the shadow of STI into L2: this NOP ends it before. */
	sti
	nop
	vmrun	%rax
	jmp	.Lback
.Lshadow:
	/* Here the shadow is intended; hardware uses int_state instead. */
	sti
	vmrun	%rax
.Lback:
	cli
	vmsave	%rax

	guest_registers_store RUN_GPR
	leaq	RUN_GPR(%rdi), %rax
	movq	%rax, RUN_FROM(%rdi)

	/* State that TDX does not switch: L1 gets L2's. */
	movq	RUN_VMCB(%rdi), %rcx
	movq	RUN_HOST(%rdi), %rdx
	hand_over %rcx %rdx
	movq	RUN_HOST_PA(%rdi), %rax
	vmload	%rax

	popq	%rbx
	popq	%r12
	popq	%r13
	popq	%r14
	popq	%r15
	popq	%rbp
	ret
