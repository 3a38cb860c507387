/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What lies between two readings of the TSC, instruction by instruction.
 *
 * Owns: the loops that take samples, and the handler that they expect. Its
 * interrupt comes only while one of the loops runs, with interrupts open: so it
 * may change RAX, RCX and RDX, leaves its time in R10 and counts itself in EBP.
 * The loops keep
 *
 *	RDI	the next sample (struct vtl0_sample)
 *	RSI	how many are left
 *	R12	the device's registers
 *	R13	the register that is written
 *	EBX	what is written, and acknowledged
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

	/* After the clock was read, so that the stores are in no sample. */
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
	/* void sample_empty(sample, count, registers, offset), as those below */
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

	/* The same, but the interrupt comes, at the second reading or later. */
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
	 * STI takes effect after the next instruction: an interrupt that is there
	 * already ends HLT. Something else may end it, too.
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

	/* And with the address of a word that counts the halts, in R8. */
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

	/* Entered by the interrupt gate: nothing comes before the first reading. */
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
