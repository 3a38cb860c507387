/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The TDCALL instruction for tests. All general registers except RSP are loaded from memory and
 * stored back.
 *
 * Independent of the driver's code, on purpose: a mistake there in the order of the registers must
 * not be repeated here, where the tests of the TDX module could not find it.
 */
#include <linux/linkage.h>

/* In the order of struct lab_tdx_regs. RDI, which is the pointer, is at 0x30. */
.macro load_registers
	movq	0x00(%rdi), %rax
	movq	0x08(%rdi), %rcx
	movq	0x10(%rdi), %rdx
	movq	0x18(%rdi), %rbx
	movq	0x20(%rdi), %rbp
	movq	0x28(%rdi), %rsi
	movq	0x38(%rdi), %r8
	movq	0x40(%rdi), %r9
	movq	0x48(%rdi), %r10
	movq	0x50(%rdi), %r11
	movq	0x58(%rdi), %r12
	movq	0x60(%rdi), %r13
	movq	0x68(%rdi), %r14
	movq	0x70(%rdi), %r15
	movq	0x30(%rdi), %rdi
.endm

/* The pointer is on top of the stack; it is exchanged with RDI of the call. */
.macro store_registers
	xchgq	%rdi, (%rsp)
	movq	%rax, 0x00(%rdi)
	movq	%rcx, 0x08(%rdi)
	movq	%rdx, 0x10(%rdi)
	movq	%rbx, 0x18(%rdi)
	movq	%rbp, 0x20(%rdi)
	movq	%rsi, 0x28(%rdi)
	movq	%r8,  0x38(%rdi)
	movq	%r9,  0x40(%rdi)
	movq	%r10, 0x48(%rdi)
	movq	%r11, 0x50(%rdi)
	movq	%r12, 0x58(%rdi)
	movq	%r13, 0x60(%rdi)
	movq	%r14, 0x68(%rdi)
	movq	%r15, 0x70(%rdi)
.endm

/* RBP is L2's afterwards: the stack cannot be unwound. */
.section .noinstr.text, "ax"

SYM_FUNC_START(door_tdcall)
	pushq	%rbp
	pushq	%r15
	pushq	%r14
	pushq	%r13
	pushq	%r12
	pushq	%rbx
	pushq	%rdi
	load_registers
	/* Spelled out, since binutils may be older than TDX. */
	.byte	0x66, 0x0f, 0x01, 0xcc
	store_registers
	popq	0x30(%rdi)
	popq	%rbx
	popq	%r12
	popq	%r13
	popq	%r14
	popq	%r15
	popq	%rbp
	RET
SYM_FUNC_END(door_tdcall)
