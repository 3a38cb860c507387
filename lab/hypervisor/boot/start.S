/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The first instructions of each CPU.
 *
 * Owns: the path from the state that the boot loader (Multiboot 1) or a start-up interrupt
 * leaves to 64-bit C, the segments, and the page table, which maps the first 512 GiB one to
 * one.
 */
#include "boot/start.h"

#define MULTIBOOT_MAGIC  0x1badb002
/* Modules are loaded at page boundaries; the fields with addresses below are valid. */
#define MULTIBOOT_FLAGS  0x00010001

#define PTE_TABLE        0x003
#define PTE_LARGE        0x083
#define CR0_PE           0x00000001
#define CR0_LONG         0x80010031
#define CR4_PAE_FXSR_SSE 0x00000620
#define CR4_OSXSAVE      0x00040000
#define MSR_EFER         0xc0000080
/* Long mode, NX, SVM. */
#define EFER_BITS        0x1900
#define CPUID_1_XSAVE    26

	.section .head, "ax"
	.code32
	.balign 4
header:
	.long	MULTIBOOT_MAGIC
	.long	MULTIBOOT_FLAGS
	.long	-(MULTIBOOT_MAGIC + MULTIBOOT_FLAGS)
	.long	header
	.long	IMAGE_BASE
	.long	image_data_end
	.long	image_end
	.long	boot_start

	.globl	boot_start
boot_start:
	cli
	movl	$first_stack + STACK_BYTES, %esp
	pushl	%ebx
	movl	$pdpt, %edi
	xorl	%ecx, %ecx
1:	movl	%ecx, %eax
	shll	$30, %eax
	orl	$PTE_LARGE, %eax
	movl	%eax, (%edi, %ecx, 8)
	movl	%ecx, %eax
	shrl	$2, %eax
	movl	%eax, 4(%edi, %ecx, 8)
	incl	%ecx
	cmpl	$512, %ecx
	jne	1b
	movl	$pdpt + PTE_TABLE, pml4
	call	to_long_mode
	popl	%edi
	ljmp	$SELECTOR_CODE_64, $first_cpu

/* Interrupts are off; EBX and EDX do not survive. */
to_long_mode:
	lgdt	gdt_pointer
	movl	$pml4, %eax
	movl	%eax, %cr3
	movl	$1, %eax
	xorl	%ecx, %ecx
	cpuid
	movl	$CR4_PAE_FXSR_SSE, %eax
	btl	$CPUID_1_XSAVE, %ecx
	jnc	1f
	orl	$CR4_OSXSAVE, %eax
1:	movl	%eax, %cr4
	movl	$MSR_EFER, %ecx
	rdmsr
	orl	$EFER_BITS, %eax
	wrmsr
	movl	$CR0_LONG, %eax
	movl	%eax, %cr0
	ret

	.code64
first_cpu:
	call	load_segments
	movl	%edi, %edi
	call	boot_main
	hlt

load_segments:
	movl	$SELECTOR_DATA, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %ss
	xorl	%eax, %eax
	movl	%eax, %fs
	movl	%eax, %gs
	ret

/* Copied to TRAMPOLINE. */
	.code16
	.globl	trampoline, trampoline_end
trampoline:
	cli
	xorw	%ax, %ax
	movw	%ax, %ds
	lgdtl	trampoline_gdt - trampoline + TRAMPOLINE
	movl	%cr0, %eax
	orl	$CR0_PE, %eax
	movl	%eax, %cr0
	ljmpl	$SELECTOR_CODE_32, $other_cpu
	.balign 4
trampoline_gdt:
	.word	gdt_end - gdt - 1
	.long	gdt
trampoline_end:

	.code32
other_cpu:
	movw	$SELECTOR_DATA, %ax
	movw	%ax, %ds
	movw	%ax, %ss
	movl	boot_stack, %esp
	call	to_long_mode
	ljmp	$SELECTOR_CODE_64, $other_cpu_64

	.code64
other_cpu_64:
	call	load_segments
	call	boot_other_cpu
	hlt

	.data
	.balign 16
gdt:
	.quad	0
	.quad	0x00af9b000000ffff
	.quad	0x00cf93000000ffff
	.quad	0x00cf9b000000ffff
gdt_end:
gdt_pointer:
	.word	gdt_end - gdt - 1
	.long	gdt
	.long	0

/* The end of the stack of the CPU that is being started. */
	.globl	boot_stack
	.balign 8
boot_stack:
	.quad	0

	.bss
	.balign 4096
pml4:	.skip	4096
pdpt:	.skip	4096

	.section .stacks, "aw", @nobits
	.balign STACK_BYTES
	.globl	first_stack
first_stack:
	.skip	STACK_BYTES

	.section .note.GNU-stack, "", @progbits
