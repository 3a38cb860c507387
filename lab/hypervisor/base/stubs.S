/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The entries of the hypervisor's exceptions and interrupts. Owns: the order of the stack,
 * which is struct trap of base/trap.c.
 */
#define VECTORS 256

	.text
	.macro	stub number
	.balign 16
	.if (\number == 8) || (\number >= 10 && \number <= 14) || (\number == 17)
	.else
	pushq	$0
	.endif
	pushq	$\number
	jmp	stub_common
	.endm

	.balign 16
	.globl	trap_stubs
trap_stubs:
	.altmacro
	.set	vector, 0
	.rept	VECTORS
	stub	%vector
	.set	vector, vector + 1
	.endr
	.noaltmacro

stub_common:
	pushq	%rax
	pushq	%rcx
	pushq	%rdx
	pushq	%rsi
	pushq	%rdi
	pushq	%r8
	pushq	%r9
	pushq	%r10
	pushq	%r11
	cld
	leaq	72(%rsp), %rdi
	call	trap_handle
	popq	%r11
	popq	%r10
	popq	%r9
	popq	%r8
	popq	%rdi
	popq	%rsi
	popq	%rdx
	popq	%rcx
	popq	%rax
	addq	$16, %rsp
	iretq

	.section .note.GNU-stack, "", @progbits
