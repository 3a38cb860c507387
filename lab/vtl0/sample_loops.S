/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The loops that take samples, and their interrupt handler, in assembly: each instruction
 * between two readings of the TSC counts.
 *
 * Owns: these instructions. The handler runs only while one of the loops runs with
 * interrupts enabled: so it may change RAX, RCX and RDX. It returns its time in R10 and
 * increments EBP. The loops use
 *
 *	RDI	the address of the next sample (struct vtl0_sample)
 *	RSI	the number of samples that are left
 *	R12	the address of the device's registers
 *	R13	the address of the register that is written
 *	EBX	the value that is written, and acknowledged
 */

#define EDU_ACKNOWLEDGE		0x64
#define EDU_CAUSE		1
#define MSR_X2APIC_EOI		0x80b

	.macro	now register
	rdtsc
	shl	$32, %rdx
	or	%rdx, %rax
	mov	%rax, \register
	.endm

	/* The stores come after the reading of the clock, so that no sample includes them. */
	.macro	store
	mov	%r8, (%rdi)
	mov	%r10, 8(%rdi)
	mov	%r9, 16(%rdi)
	add	$24, %rdi
	.endm

	.macro	begin
	push	%rbp
	push	%rbx
	push	%r12
	push	%r13
	mov	%rdx, %r12
	lea	(%rdx, %rcx), %r13
	mov	$EDU_CAUSE, %ebx
	.endm

	.macro	end
	cli
	pop	%r13
	pop	%r12
	pop	%rbx
	pop	%rbp
	ret
	.endm

	.text
	/* void sample_empty(sample, count, registers, offset); those below have the same form. */
	.globl	sample_empty
sample_empty:
	begin
	sti
1:	xor	%r10d, %r10d
	xor	%ebp, %ebp
	now	%r8
	mov	%ebx, (%r13)
	now	%r9
	store
	dec	%rsi
	jnz	1b
	end

	/* The same, but an interrupt arrives, at the second reading or later. */
	.globl	sample_ring
sample_ring:
	begin
	sti
1:	xor	%r10d, %r10d
	xor	%ebp, %ebp
	now	%r8
	mov	%ebx, (%r13)
	now	%r9
2:	pause
	test	%ebp, %ebp
	jz	2b
	store
	dec	%rsi
	jnz	1b
	end

	/*
	 * STI takes effect after the next instruction: a pending interrupt ends HLT. Other events
	 * may end it, too.
	 */
	.macro	halt
1:	sti
	hlt
	now	%r9
	cli
	test	%ebp, %ebp
	jz	1b
	.endm

	.globl	sample_ring_halt
sample_ring_halt:
	begin
2:	xor	%r10d, %r10d
	xor	%ebp, %ebp
	now	%r8
	mov	%ebx, (%r13)
	halt
	store
	dec	%rsi
	jnz	2b
	end

	/* This has an additional argument in R8: the address of a word that counts the halts. */
	.globl	sample_halt
sample_halt:
	begin
	mov	%r8, %r11
	xor	%r8d, %r8d
2:	xor	%r10d, %r10d
	xor	%ebp, %ebp
	incq	(%r11)
	halt
	store
	dec	%rsi
	jnz	2b
	end

	/* The interrupt gate leads here, so that the reading of the TSC comes first. */
	.globl	sample_handler
sample_handler:
	now	%r10
	inc	%ebp
	mov	%ebx, EDU_ACKNOWLEDGE(%r12)
	mov	$MSR_X2APIC_EOI, %ecx
	xor	%eax, %eax
	xor	%edx, %edx
	wrmsr
	iretq

	.section .note.GNU-stack, "", @progbits
