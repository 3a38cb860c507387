/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A guest's general registers around VMRUN, for files that include this one: those that VMRUN does not
 * switch itself, in an array in the order of enum l2_gpr (abi.h). RAX and RSP, 0x00 and
 * 0x20 there, are in the control block.
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
