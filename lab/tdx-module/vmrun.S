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

.macro hand_over field
	movq	\field(%rcx), %rax
	movq	%rax, \field(%rdx)
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
	movq	RUN_VMCB_PA(%rdi), %rax
	vmload	%rax

	/* The flags last until the branch: no MOV touches them. */
	cmpq	$0, RUN_SHADOW(%rdi)
	movq	RUN_GPR+0x08(%rdi), %rcx
	movq	RUN_GPR+0x10(%rdi), %rdx
	movq	RUN_GPR+0x18(%rdi), %rbx
	movq	RUN_GPR+0x28(%rdi), %rbp
	movq	RUN_GPR+0x30(%rdi), %rsi
	movq	RUN_GPR+0x40(%rdi), %r8
	movq	RUN_GPR+0x48(%rdi), %r9
	movq	RUN_GPR+0x50(%rdi), %r10
	movq	RUN_GPR+0x58(%rdi), %r11
	movq	RUN_GPR+0x60(%rdi), %r12
	movq	RUN_GPR+0x68(%rdi), %r13
	movq	RUN_GPR+0x70(%rdi), %r14
	movq	RUN_GPR+0x78(%rdi), %r15
	movq	RUN_GPR+0x38(%rdi), %rdi
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

	/* What TDX does not switch is left to L1 as L2 left it. */
	movq	RUN_VMCB(%rdi), %rcx
	movq	RUN_HOST(%rdi), %rdx
	hand_over VMCB_STAR
	hand_over VMCB_LSTAR
	hand_over VMCB_CSTAR
	hand_over VMCB_SFMASK
	hand_over VMCB_KERNEL_GS_BASE
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
