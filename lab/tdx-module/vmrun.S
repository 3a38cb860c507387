/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The world switch. Owns: nothing but the order of instructions.
 *
 * The interrupt flag is on at VMRUN, which with V_INTR_MASKING lets physical
 * interrupts end L2; GIF, which is off before and after, keeps them out of L1.
 * Between VMLOAD of L2 and VMLOAD of L1, GS is L2's: nothing here uses it.
 */
#include <linux/linkage.h>

#include "vmcb.h"
#include "vmrun.h"

/* What TDX does not switch: from one control block to the other. Uses RAX. */
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

SYM_FUNC_START(svm_run)
	pushq	%rbp
	pushq	%r15
	pushq	%r14
	pushq	%r13
	pushq	%r12
	pushq	%rbx
	pushq	%rdi

	movq	RUN_HOST_PA(%rdi), %rax
	vmsave	%rax

	/* What TDX does not switch goes in as L1 has it. */
	movq	RUN_VMCB(%rdi), %rcx
	movq	RUN_HOST(%rdi), %rdx
	hand_over %rdx %rcx
	movq	RUN_VMCB_PA(%rdi), %rax
	vmload	%rax

	/* The flags last until the branch: no MOV touches them. */
	cmpq	$0, RUN_SHADOW(%rdi)
	movq	RUN_FROM(%rdi), %rdi
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
	jne	.Lshadow

	/* QEMU takes the shadow of STI into L2: this NOP uses it up. */
	sti
	nop
	vmrun	%rax
	jmp	.Lback
.Lshadow:
	/* And here it is what is wanted; silicon looks at int_state. */
	sti
	vmrun	%rax
.Lback:
	cli
	vmsave	%rax

	xchgq	%rdi, (%rsp)
	movq	%rcx, RUN_GPR+0x08(%rdi)
	movq	%rdx, RUN_GPR+0x10(%rdi)
	movq	%rbx, RUN_GPR+0x18(%rdi)
	movq	%rbp, RUN_GPR+0x28(%rdi)
	movq	%rsi, RUN_GPR+0x30(%rdi)
	movq	%r8, RUN_GPR+0x40(%rdi)
	movq	%r9, RUN_GPR+0x48(%rdi)
	movq	%r10, RUN_GPR+0x50(%rdi)
	movq	%r11, RUN_GPR+0x58(%rdi)
	movq	%r12, RUN_GPR+0x60(%rdi)
	movq	%r13, RUN_GPR+0x68(%rdi)
	movq	%r14, RUN_GPR+0x70(%rdi)
	movq	%r15, RUN_GPR+0x78(%rdi)
	popq	%rax
	movq	%rax, RUN_GPR+0x38(%rdi)
	leaq	RUN_GPR(%rdi), %rax
	movq	%rax, RUN_FROM(%rdi)

	/* What TDX does not switch is left to L1 as L2 left it. */
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
	RET
SYM_FUNC_END(svm_run)
