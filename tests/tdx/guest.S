/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The programs that the tests run as L2: a few instructions each, in 64-bit mode, with registers
 * that the test has set. Each program ends with VMCALL, in a loop.
 */
#include "guest.h"

#define JUMP(name)                              \
	.balign	SLOT_BYTES ;                    \
	jmp	program_##name ;

.macro vmcall_
	.byte	0x0f, 0x01, 0xc1
.endm

.macro finish
9:	vmcall_
	jmp	9b
.endm

	.text
	.code64
GUEST_PROGRAMS(JUMP)

	.org	0x200
program_SPIN:
	incq	LOG_LOOPS
	jmp	program_SPIN

program_STI_SPIN:
	sti
	jmp	program_SPIN

program_VMCALL:
	finish

program_HLT:
	hlt
	finish

program_STI_HLT:
	sti
	hlt
	finish

/* Load SS from RAX, which has the same value. */
program_MOV_SS_HLT:
	movl	%eax, %ss
	hlt
	finish

program_MOV_SS_SPIN:
	movl	%eax, %ss
	incq	LOG_LOOPS
	jmp	program_MOV_SS_SPIN

program_STI_NOP_HLT:
	sti
	nop
	hlt
	finish

program_STI_VMCALL:
	sti
	nop
	finish

program_CPUID:
	cpuid
	finish

program_REX_CPUID:
	.byte	0x48
	cpuid
	finish

program_IN:
	inb	$0x42, %al
	finish

program_IN_DX:
	inw	%dx, %ax
	finish

program_OUT:
	outl	%eax, %dx
	finish

program_RDMSR:
	rdmsr
	finish

program_WRMSR:
	wrmsr
	finish

/* After the first write, write RBX to the MSR in RSI. */
program_WRMSR_TWICE:
	wrmsr
	movq	%rsi, %rcx
	movq	%rbx, %rax
	xorl	%edx, %edx
	wrmsr
	finish

program_TDCALL:
	.byte	0x66, 0x0f, 0x01, 0xcc
	finish

program_VMMCALL:
	.byte	0x0f, 0x01, 0xd9
	finish

program_UD2:
	ud2
	finish

program_LOAD:
	movq	(%rbx), %rax
	finish

program_STORE:
	movq	%rax, (%rbx)
	finish

program_JUMP:
	jmp	*%rbx

program_WRITE_CR8:
	movq	%rax, %cr8
	finish

program_READ_CR8:
	movq	%cr8, %rax
	finish

program_WRITE_CR0:
	movq	%r9, %cr0
	finish

program_READ_CR0:
	movq	%cr0, %rax
	finish

program_WRITE_CR3:
	movq	%rsi, %cr3
	finish

program_WRITE_CR4:
	movq	%rax, %cr4
	finish

program_READ_CR4:
	movq	%cr4, %r10
	finish

program_CLTS:
	clts
	finish

program_READ_DR:
	movq	%db3, %rbx
	finish

program_WBINVD:
	wbinvd
	finish

program_INVD:
	invd
	finish

program_MONITOR:
	monitor
	finish

program_MWAIT:
	mwait
	finish

program_XSETBV:
	xsetbv
	finish

/* RBX points to zeros, so that the interrupt table has a limit of 0. */
program_TRIPLE:
	lidt	(%rbx)
	ud2

program_PAUSE:
	pause
	finish

program_RDTSC:
	rdtsc
	finish

program_RDTSCP:
	rdtscp
	finish

program_RDPMC:
	rdpmc
	finish

program_SOFT_INT:
	int	$0x80
	finish

program_INT3:
	int3
	finish

program_VMRUN:
	vmrun	%rax
	finish

/* Write to registers that L1 and L2 share, with values that the test has chosen. */
program_DIRTY:
	movq	%rsi, %cr2
	movq	%rsi, %xmm0
	movl	$0xc0000102, %ecx
	wrmsr
	movl	$0xc0000081, %ecx
	wrmsr
	movl	$0xc0000082, %ecx
	wrmsr
	movl	$0xc0000084, %ecx
	wrmsr
	movl	$0xc0000103, %ecx
	xorl	%edx, %edx
	wrmsr
	finish

/* Record an interrupt, write EOI if LOG_EOI is set, and return. */
interrupted:
	pushq	%rax
	pushq	%rcx
	pushq	%rdx
	movq	24(%rsp), %rax
	movq	LOG_COUNT, %rcx
	movb	%al, LOG_FIRST(%rcx)
	incq	LOG_COUNT
	cmpq	$0, LOG_EOI
	je	1f
	xorl	%eax, %eax
	xorl	%edx, %edx
	movl	$0x80b, %ecx
	wrmsr
1:	popq	%rdx
	popq	%rcx
	popq	%rax
	addq	$8, %rsp
	iretq

/* The vector is on the stack, above the error code if there is one. */
faulted:
	popq	%rax
	addq	$GUEST_FAULT, %rax
	finish

	.org	L2_STUBS - L2_CODE
	.set	vector, 0
	.rept	256
	.balign	STUB_BYTES
	.byte	0x68
	.long	vector
	.if	vector == 2 || vector >= 32
	jmp	interrupted
	.else
	jmp	faulted
	.endif
	.set	vector, vector + 1
	.endr
	.balign	STUB_BYTES

	.section .note.GNU-stack, "", @progbits
