/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The switches to L1 and to L2, and back. Owns: nothing but the order of instructions.
 */
#include "vcpu/vmcb.h"
#include "vcpu/world.h"

/*
 * A guest's general registers around VMRUN: those that VMRUN does not switch itself, in an array
 * in the order of enum l2_gpr (tdx/abi.h). RAX and RSP, 0x00 and 0x20 there, are in the control
 * block.
 */

/* RDI is the array, and is the guest's in the end. No flag changes. */
.macro guest_registers_load
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
.endm

/*
 * The top of the stack is the address of what holds the array, at @offset. It is popped,
 * and is in RDI in the end; RAX is lost.
 */
.macro guest_registers_store offset
	xchgq	%rdi, (%rsp)
	movq	%rcx, \offset+0x08(%rdi)
	movq	%rdx, \offset+0x10(%rdi)
	movq	%rbx, \offset+0x18(%rdi)
	movq	%rbp, \offset+0x28(%rdi)
	movq	%rsi, \offset+0x30(%rdi)
	movq	%r8, \offset+0x40(%rdi)
	movq	%r9, \offset+0x48(%rdi)
	movq	%r10, \offset+0x50(%rdi)
	movq	%r11, \offset+0x58(%rdi)
	movq	%r12, \offset+0x60(%rdi)
	movq	%r13, \offset+0x68(%rdi)
	movq	%r14, \offset+0x70(%rdi)
	movq	%r15, \offset+0x78(%rdi)
	popq	%rax
	movq	%rax, \offset+0x38(%rdi)
.endm

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

/*
 * void world_run(u64 *regs, u64 vmcb_pa), with GIF 0 before and after: the switch to L1.
 *
 * Only the state that VMRUN itself switches is saved: the hypervisor does not use FS, GS, TR,
 * LDTR, SYSCALL's MSRs or the FPU, so L1's values stay in the CPU.
 */
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

/*
 * void svm_run_switch(struct svm_run *run), with GIF 0 before and after: the switch to L2.
 *
 * The interrupt flag is on at VMRUN, which with V_INTR_MASKING lets physical
 * interrupts end L2; GIF, which is off before and after, keeps them out of L1.
 * Between VMLOAD of L2 and VMLOAD of L1, GS is L2's: nothing here uses it.
 */
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

	.section .note.GNU-stack, "", @progbits
