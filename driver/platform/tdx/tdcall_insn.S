/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * TDCALL with all general registers. TDG.VP.ENTER changes every one of them except RSP,
 * also RBP, so the pointer to the structure is kept on the stack.
 */
#include <linux/linkage.h>

/* Offsets of struct tdcall_regs. */
#define REGS_RAX	0
#define REGS_RCX	8
#define REGS_RDX	16
#define REGS_RBX	24
#define REGS_RBP	32
#define REGS_RSI	40
#define REGS_RDI	48
#define REGS_R8		56
#define REGS_R9		64
#define REGS_R10	72
#define REGS_R11	80
#define REGS_R12	88
#define REGS_R13	96
#define REGS_R14	104
#define REGS_R15	112

.section .noinstr.text, "ax"

/* void vtl_tdcall(struct tdcall_regs *regs) */
SYM_FUNC_START(vtl_tdcall)
	push	%rbp
	push	%rbx
	push	%r12
	push	%r13
	push	%r14
	push	%r15
	push	%rdi

	mov	REGS_RAX(%rdi), %rax
	mov	REGS_RCX(%rdi), %rcx
	mov	REGS_RDX(%rdi), %rdx
	mov	REGS_RBX(%rdi), %rbx
	mov	REGS_RBP(%rdi), %rbp
	mov	REGS_RSI(%rdi), %rsi
	mov	REGS_R8(%rdi), %r8
	mov	REGS_R9(%rdi), %r9
	mov	REGS_R10(%rdi), %r10
	mov	REGS_R11(%rdi), %r11
	mov	REGS_R12(%rdi), %r12
	mov	REGS_R13(%rdi), %r13
	mov	REGS_R14(%rdi), %r14
	mov	REGS_R15(%rdi), %r15
	mov	REGS_RDI(%rdi), %rdi

	/* TDCALL as bytes, since not every assembler knows it. */
	.byte	0x66, 0x0f, 0x01, 0xcc

	push	%rdi
	mov	8(%rsp), %rdi
	mov	%rax, REGS_RAX(%rdi)
	mov	%rcx, REGS_RCX(%rdi)
	mov	%rdx, REGS_RDX(%rdi)
	mov	%rbx, REGS_RBX(%rdi)
	mov	%rbp, REGS_RBP(%rdi)
	mov	%rsi, REGS_RSI(%rdi)
	mov	%r8, REGS_R8(%rdi)
	mov	%r9, REGS_R9(%rdi)
	mov	%r10, REGS_R10(%rdi)
	mov	%r11, REGS_R11(%rdi)
	mov	%r12, REGS_R12(%rdi)
	mov	%r13, REGS_R13(%rdi)
	mov	%r14, REGS_R14(%rdi)
	mov	%r15, REGS_R15(%rdi)
	pop	%rax
	mov	%rax, REGS_RDI(%rdi)

	pop	%rdi
	pop	%r15
	pop	%r14
	pop	%r13
	pop	%r12
	pop	%rbx
	pop	%rbp
	RET
SYM_FUNC_END(vtl_tdcall)
