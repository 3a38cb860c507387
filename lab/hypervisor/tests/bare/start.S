/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The first instructions of the test kernel, its traps, and running one instruction of a
 * row.
 *
 * Owns: the header that the 64-bit boot protocol wants
 * (Documentation/arch/x86/boot.rst), and the order of registers on the stack, which is
 * struct frame of bare.h.
 */
#include "bare.h"

	.section .setup, "a"
	.org	0x1f1
	.byte	1			/* setup_sects: two sectors with the first one */
	.org	0x200
	.byte	0xeb, 0x62		/* the header ends at 0x264 */
	.ascii	"HdrS"
	.word	0x020f
	.org	0x211
	.byte	1			/* loaded high */
	.org	0x236
	.word	1			/* there is a 64-bit entry */
	.org	0x258
	.quad	image_base
	.long	init_size
	.org	0x3ff
	.byte	0

	.section .head, "ax"
	.org	0x200
	.globl	bare_entry
bare_entry:
	movl	$SELECTOR_DATA, %eax
	leaq	stacks + STACK_BYTES, %rsp
	movq	%rsi, %rdi
	call	bare_main
1:	jmp	1b

/* The entry of the other CPUs, which come one at a time. */
	.globl	bare_other
bare_other:
	movq	other_stack, %rsp
	call	bare_other_main
1:	jmp	1b

	.text
/* void load_segments(void): the selectors of our own table. */
	.globl	load_segments
load_segments:
	movl	$SELECTOR_DATA, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %ss
	popq	%rax
	pushq	$SELECTOR_CODE
	pushq	%rax
	lretq

/*
 * In 64-bit mode the stack is aligned before anything is pushed: so its place tells
 * whether there is an error code. An interrupt has none, whatever its vector.
 */
	.macro	stub number
	.balign 32
	testb	$8, %spl
	jz	1f
	pushq	$0
1:	pushq	$\number
	jmp	stub_common
	.endm

	.balign 32
	.globl	trap_stubs
trap_stubs:
	.altmacro
	.set	vector, 0
	.rept	256
	stub	%vector
	.set	vector, vector + 1
	.endr
	.noaltmacro

stub_common:
	pushq	%r15
	pushq	%r14
	pushq	%r13
	pushq	%r12
	pushq	%r11
	pushq	%r10
	pushq	%r9
	pushq	%r8
	pushq	%rdi
	pushq	%rsi
	pushq	%rbp
	pushq	%rbx
	pushq	%rdx
	pushq	%rcx
	pushq	%rax
	cld
	movq	%rsp, %rdi
	/* Where #AC is on, the stack must be what C expects. */
	movq	%rsp, %rbp
	andq	$-16, %rsp
	call	trap_handle
	movq	%rbp, %rsp
	popq	%rax
	popq	%rcx
	popq	%rdx
	popq	%rbx
	popq	%rbp
	popq	%rsi
	popq	%rdi
	popq	%r8
	popq	%r9
	popq	%r10
	popq	%r11
	popq	%r12
	popq	%r13
	popq	%r14
	popq	%r15
	addq	$16, %rsp
	iretq

/*
 * void execute_at(struct cpu *cpu, u64 *regs, const void *code)
 *
 * Load all registers but RSP, run the code, which ends with a jump to execute_done, and
 * store them. A trap comes back at execute_out.
 */
	.globl	execute_at
execute_at:
	pushq	%rbp
	pushq	%rbx
	pushq	%r12
	pushq	%r13
	pushq	%r14
	pushq	%r15
	movq	%rsp, CPU_STACK(%rdi)
	movq	%rsi, CPU_REGS(%rdi)
	movq	%rdx, CPU_CODE(%rdi)
	movq	%rdi, %rax
	pushq	%rdx
	movq	%rsi, %rdi
	movq	0x00(%rdi), %rax
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
	ret

	.globl	execute_done
execute_done:
	pushq	%rax
	movq	%rsp, %rax
	andq	$-STACK_BYTES, %rax
	movq	CPU_REGS(%rax), %rax
	movq	%rcx, 0x08(%rax)
	movq	%rdx, 0x10(%rax)
	movq	%rbx, 0x18(%rax)
	movq	%rbp, 0x28(%rax)
	movq	%rsi, 0x30(%rax)
	movq	%rdi, 0x38(%rax)
	movq	%r8, 0x40(%rax)
	movq	%r9, 0x48(%rax)
	movq	%r10, 0x50(%rax)
	movq	%r11, 0x58(%rax)
	movq	%r12, 0x60(%rax)
	movq	%r13, 0x68(%rax)
	movq	%r14, 0x70(%rax)
	movq	%r15, 0x78(%rax)
	popq	%rcx
	movq	%rcx, 0x00(%rax)

	.globl	execute_out
execute_out:
	movq	%rsp, %rax
	andq	$-STACK_BYTES, %rax
	movq	CPU_STACK(%rax), %rsp
	cld
	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%rbx
	popq	%rbp
	ret

	.bss
	.balign STACK_BYTES
	.globl	stacks
stacks:	.skip	STACK_BYTES * CPUS_MAX
	.globl	other_stack
other_stack:
	.quad	0

	.section .note.GNU-stack, "", @progbits
