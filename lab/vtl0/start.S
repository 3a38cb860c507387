/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The guest's head, its entry, and the entries of interrupts. The code is position
 * independent. Must not know: what the guest does.
 */

#include "guest.h"

	.section .head, "a"
head:
	.ascii	"VTL0IMG1"
	.quad	entry - head
	.quad	image_end - head

	.text
	/* RDI = boot page, RSI = number of the VP; both are arguments of guest_main(). */
	.globl	entry
entry:
	cld
	lea	1(%rsi), %rsp
	shl	$STACK_SHIFT, %rsp
	lea	stacks(%rip), %rax
	add	%rax, %rsp
	/*
	 * The VMM has loaded the segment registers for a table with the same contents. The
	 * address of this table depends on where the image is loaded, so LGDT's operand is
	 * built on the stack.
	 */
	lea	gdt(%rip), %rax
	push	%rax
	pushw	$(gdt_end - gdt - 1)
	lgdt	(%rsp)
	add	$10, %rsp
	xor	%ebp, %ebp
	call	guest_main
	/* It never returns. */
1:	cli
	hlt
	jmp	1b

	/* One entry for each vector, 16 bytes apart. */
	.balign	16
	.globl	interrupt_entries
interrupt_entries:
vector = 0
	.rept	256
	.balign	16
	pushq	$vector
	jmp	interrupt_common
vector = vector + 1
	.endr

	/*
	 * The vector does not show whether there is an error code, since an interrupt may have
	 * an exception's number. The stack does: the CPU aligns it to 16 bytes, and then pushes
	 * five words, or six with an error code.
	 */
interrupt_common:
	test	$8, %spl
	jnz	1f
	pushq	(%rsp)
	movq	$0, 8(%rsp)
1:
	push	%rax
	push	%rcx
	push	%rdx
	push	%rbx
	push	%rbp
	push	%rsi
	push	%rdi
	push	%r8
	push	%r9
	push	%r10
	push	%r11
	push	%r12
	push	%r13
	push	%r14
	push	%r15
	cld
	/* The argument is struct frame. The stack is aligned to 16 bytes here. */
	mov	%rsp, %rdi
	call	interrupt_handle
	pop	%r15
	pop	%r14
	pop	%r13
	pop	%r12
	pop	%r11
	pop	%r10
	pop	%r9
	pop	%r8
	pop	%rdi
	pop	%rsi
	pop	%rbp
	pop	%rbx
	pop	%rdx
	pop	%rcx
	pop	%rax
	/* Drop the vector and the error code. */
	add	$16, %rsp
	iretq

	/*
	 * u32 probe_read(const volatile u32 *address, u64 *resume): reads at @address. If that is
	 * not possible, the VMM continues at the address in *resume.
	 */
	.globl	probe_read
probe_read:
	lea	1f(%rip), %rax
	mov	%rax, (%rsi)
	mov	(%rdi), %eax
1:	movq	$0, (%rsi)
	ret

	.section .rodata
	.balign	8
gdt:
	.quad	0
	.quad	0x00af9b000000ffff	/* 0x08: 64-bit code */
	.quad	0x00cf93000000ffff	/* 0x10: data */
gdt_end:

	.bss
	.balign	16
	.globl	stacks
stacks:
	.skip	STACKS << STACK_SHIFT

	.section .note.GNU-stack, "", @progbits
