/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The guest of the bench of KVM: a few loops and handlers in 64-bit mode, without an
 * operating system.
 *
 * Owns: the instructions between two readings of the TSC. Must not know: who runs it.
 *
 * At the start of each job, the registers contain
 *
 *	RBP	the number of samples
 *	RSI	the address to which the samples are written, as struct guest_sample
 *	RDI	the address of the device register to write
 *	R12	the address of the device's registers
 *	R13	the address of the APIC's registers
 *	R14	the address of the word of KVM's paravirtual EOI
 *	R15	the address of the word that counts how often the guest was about to halt
 *
 * A handler may change RAX, RCX and RDX, and returns its time in R10.
 */
#include "guest.h"

/* The interrupt causes that a handler acknowledges: the one we write, and the end of a copy. */
#define RAISED	0x101

	.text
	.quad	ring
	.quad	halt
	.quad	wait
	.quad	nothing
	.quad	cpuid
	.quad	hypercall
	.quad	eoi_msr
	.quad	eoi_mmio
	.quad	eoi_pv

	.macro	now register
	rdtsc
	shl	$32, %rdx
	or	%rdx, %rax
	mov	%rax, \register
	.endm

	/*
	 * Stores a sample, and takes the next one from label 1 on, or ends the job. The stores come
	 * after the reading of the clock, so that no sample includes their cost.
	 */
	.macro	finish
	mov	%r8, (%rsi)
	mov	%r10, 8(%rsi)
	mov	%r9, 16(%rsi)
	add	$24, %rsi
	dec	%rbp
	jnz	1b
	out	%al, $GUEST_DONE_PORT
	.endm

	/* The interrupt comes between the write and the second reading. */
ring:
	mov	$RAISED, %ebx
1:	xor	%r10d, %r10d
	now	%r8
	mov	%ebx, (%rdi)
	now	%r9
	finish

	/*
	 * STI takes effect after the next instruction: an interrupt that comes too
	 * early still ends the HLT. The thread that raises the interrupt records the start.
	 */
halt:
	mov	$RAISED, %ebx
	xor	%r8d, %r8d
1:	cli
	xor	%r10d, %r10d
	incq	(%r15)
	sti
	hlt
	now	%r9
	finish

	/* As above, but the device itself raises the interrupt, later. */
wait:
	mov	$RAISED, %ebx
1:	cli
	xor	%r10d, %r10d
	now	%r8
	movl	$EDU_COPY_IN, EDU_COPY(%r12)
	sti
	hlt
	now	%r9
	finish

	/* The three jobs below differ in one instruction. */
	.macro	trip name, instruction:vararg
\name:
	xor	%r10d, %r10d
1:	now	%r11
	xor	%eax, %eax
	xor	%ecx, %ecx
	\instruction
	now	%r9
	mov	%r11, %r8
	finish
	.endm

	trip	nothing
	trip	cpuid, cpuid
	/* A hypercall number that KVM does not know. */
	trip	hypercall, vmmcall

	.macro	end_by_msr
	mov	$0x80b, %ecx
	xor	%eax, %eax
	xor	%edx, %edx
	wrmsr
	.endm

eoi_msr:
	now	%r10
	mov	%ebx, EDU_ACKNOWLEDGE(%r12)
	end_by_msr
	iretq

eoi_mmio:
	now	%r10
	mov	%ebx, EDU_ACKNOWLEDGE(%r12)
	movl	$0, 0xb0(%r13)
	iretq

	/* As in Linux: KVM has set the bit if it does not need an EOI. */
eoi_pv:
	now	%r10
	mov	%ebx, EDU_ACKNOWLEDGE(%r12)
	btrl	$0, (%r14)
	jc	1f
	end_by_msr
1:	iretq

	.section .note.GNU-stack, "", @progbits
