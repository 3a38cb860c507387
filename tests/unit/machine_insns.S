/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Instructions for test_machine.c, which the CPU executes and lab/paravisor decodes. RBX is
 * the address of a buffer, RDI an index with value 2, and R12 the same address as RBX.
 */

/* Defines an instruction, and the offset in the buffer at which it reads or writes. */
	.macro insn offset, text:vararg
	.pushsection .data.rel.ro, "aw"
	.quad 771f, 772f, \offset
	.popsection
771:	\text
772:
	.endm

	.section .data.rel.ro, "aw"
	.globl machine_insns
	.globl machine_insns_end
	.balign 8
machine_insns:
	.text

	/* Writes of registers: each size, and each addressing mode. */
	insn 0, movb %al, (%rbx)
	insn 0, movb %ah, (%rbx)
	insn 0, movb %bh, (%rbx)
	insn 0, movb %sil, (%rbx)
	insn 5, movb %dl, 5(%rbx)
	insn 0, movw %cx, (%rbx)
	insn 0, movl %eax, (%rbx)
	insn 0, movq %rax, (%rbx)
	insn 16, movl %r13d, 16(%rbx)
	insn 16, movq %r15, 16(%rbx)
	insn 64, {disp32} movl %ecx, 64(%rbx)
	insn 8, movl %edx, (%rbx,%rdi,4)
	insn 12, movl %edx, 4(%rbx,%rdi,4)
	insn 72, {disp32} movq %r9, 64(%rbx,%rdi,4)
	insn 0, movl %eax, (%r12)
	insn 8, movw %r8w, 8(%r12)
	insn 0, movl %eax, %ds:(%rbx)

	/* Writes of constants. */
	insn 0, movb $0x5a, (%rbx)
	insn 4, movw $0x1234, 4(%rbx)
	insn 8, movl $0x89abcdef, 8(%rbx)
	insn 16, movq $-2, 16(%rbx)
	insn 64, {disp32} movl $1, 64(%r12)

	/* Reads. */
	insn 3, movb 3(%rbx), %al
	insn 3, movb 3(%rbx), %ch
	insn 3, movb 3(%rbx), %r10b
	insn 2, movw 2(%rbx), %dx
	insn 4, movl 4(%rbx), %eax
	insn 4, movl 4(%rbx), %r11d
	insn 8, movq 8(%rbx), %rsi
	insn 8, movq (%rbx,%rdi,4), %r14
	insn 1, movzbl 1(%rbx), %eax
	insn 1, movzbw 1(%rbx), %cx
	insn 1, movzbq 1(%rbx), %rdx
	insn 2, movzwl 2(%rbx), %r8d
	insn 2, movzwq 2(%rbx), %rsi
	insn 7, movsbl 7(%rbx), %eax
	insn 7, movsbw 7(%rbx), %ax
	insn 7, movsbq 7(%rbx), %r9
	insn 6, movswl 6(%rbx), %ecx
	insn 6, movswq 6(%rbx), %rdx

	.section .data.rel.ro, "aw"
machine_insns_end:

/*
 * void machine_execute(const void *code, uint64_t registers[16]): loads all registers but
 * RSP, calls the code, and stores them.
 */
	.text
	.globl machine_execute
machine_execute:
	push	%rbx
	push	%rbp
	push	%r12
	push	%r13
	push	%r14
	push	%r15
	push	%rsi
	push	%rdi
	mov	0(%rsi), %rax
	mov	8(%rsi), %rcx
	mov	16(%rsi), %rdx
	mov	24(%rsi), %rbx
	mov	40(%rsi), %rbp
	mov	56(%rsi), %rdi
	.irp n, 8, 9, 10, 11, 12, 13, 14, 15
	mov	8*\n(%rsi), %r\n
	.endr
	mov	48(%rsi), %rsi
	call	*(%rsp)
	push	%rsi
	mov	16(%rsp), %rsi
	mov	%rax, 0(%rsi)
	mov	%rcx, 8(%rsi)
	mov	%rdx, 16(%rsi)
	mov	%rbx, 24(%rsi)
	mov	%rbp, 40(%rsi)
	mov	%rdi, 56(%rsi)
	.irp n, 8, 9, 10, 11, 12, 13, 14, 15
	mov	%r\n, 8*\n(%rsi)
	.endr
	pop	%rax
	mov	%rax, 48(%rsi)
	add	$16, %rsp
	pop	%r15
	pop	%r14
	pop	%r13
	pop	%r12
	pop	%rbp
	pop	%rbx
	ret

	.section .note.GNU-stack, "", @progbits
