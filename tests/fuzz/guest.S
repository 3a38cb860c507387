/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The program that VTL0 runs under the fuzzer: it repeatedly does one thing that may exit, which
 * a pseudo-random number selects. It is in VTL0's own memory, at any address.
 *
 * RDI = the number, not 0; RSI = a page of VTL0's that it may write to; RBP = an
 * address that VTL0 has not been given; RSP = a stack on which the lab's guest takes
 * interrupts. All other registers are temporary.
 */
	.section .rodata
	.globl	guest_program, guest_program_end
guest_program:
again:
	/* xorshift; the upper bits select the action, the others are its arguments. */
	mov	%rdi, %rax
	shl	$13, %rax
	xor	%rax, %rdi
	mov	%rdi, %rax
	shr	$7, %rax
	xor	%rax, %rdi
	mov	%rdi, %rax
	shl	$17, %rax
	xor	%rax, %rdi
	mov	%rdi, %rcx
	shr	$59, %rcx
	lea	choices(%rip), %rdx
	movslq	(%rdx, %rcx, 4), %rcx
	add	%rdx, %rcx
	mov	%edi, %eax
	mov	%rdi, %rdx
	shr	$32, %rdx
	jmp	*%rcx

	.balign	4
choices:
	.irp	choice, physical, physical, shorthand, shorthand, logical, everyone, any_ipi, \
		hv_ipi, self, self, end, end, priority, calm, halt, halt, halt, idle, \
		read_any, write_any, cpuid, call, port, open, open, close, spin, store, \
		outside, stack_gone, software, state
	.long	\choice - choices
	.endr

	/* Interrupts to other VPs: EDX = the destination, EAX = vector and mode. */
physical:
	movzbl	%al, %eax
	or	$0x4010, %eax
	and	$3, %edx
	mov	$0x830, %ecx
	wrmsr
	jmp	again
shorthand:
	and	$0xc00ff, %eax
	or	$0x4010, %eax
	mov	$0x830, %ecx
	wrmsr
	jmp	again
logical:
	movzbl	%al, %eax
	or	$0x4810, %eax
	and	$0x1000f, %edx
	mov	$0x830, %ecx
	wrmsr
	jmp	again
everyone:
	movzbl	%al, %eax
	or	$0x4010, %eax
	mov	$-1, %edx
	mov	$0x830, %ecx
	wrmsr
	jmp	again
any_ipi:
	mov	$0x830, %ecx
	wrmsr
	jmp	again
hv_ipi:
	and	$0xc08ff, %eax
	and	$7, %edx
	mov	$0x40000071, %ecx
	wrmsr
	jmp	again
self:
	movzbl	%al, %eax
	or	$0x10, %eax
	xor	%edx, %edx
	mov	$0x83f, %ecx
	wrmsr
	jmp	again

	/* The virtual APIC: end of interrupt, task priority. */
end:
	xor	%eax, %eax
	xor	%edx, %edx
	mov	$0x80b, %ecx
	wrmsr
	jmp	again
priority:
	movzbl	%al, %eax
	xor	%edx, %edx
	mov	$0x808, %ecx
	wrmsr
	jmp	again
calm:
	xor	%eax, %eax
	xor	%edx, %edx
	mov	$0x808, %ecx
	wrmsr
	jmp	again

	/* Halts. */
halt:
	sti
	hlt
	jmp	again
idle:
	mov	$0x400000f0, %ecx
	rdmsr
	jmp	again

	/* Exits that the VMM handles. */
read_any:
	mov	%eax, %ecx
	and	$0xc0001fff, %ecx
	rdmsr
	jmp	again
write_any:
	mov	%eax, %ecx
	and	$0xc0001fff, %ecx
	wrmsr
	jmp	again
cpuid:
	and	$0x8000001f, %eax
	xor	%ecx, %ecx
	cpuid
	jmp	again
call:
	vmcall
	jmp	again
port:
	out	%al, $0x80
	jmp	again

open:
	sti
	nop
	jmp	again
close:
	cli
	jmp	again
spin:
	movzwl	%ax, %ecx
1:	pause
	loop	1b
	jmp	again

	/* Memory that exists, and memory that does not; an event that cannot be delivered. */
store:
	and	$0xff8, %eax
	mov	%rdi, (%rsi, %rax)
	jmp	again
outside:
	mov	%rdi, (%rbp)
	jmp	again
stack_gone:
	mov	%rsp, %r12
	mov	%rbp, %rsp
	int	$0x40
	mov	%r12, %rsp
	jmp	again
software:
	int	$0x41
	jmp	again

	/* Registers that the TDX module does not switch. */
state:
	mov	%rdi, %cr2
	movq	%rdi, %xmm0
	movq	%rdi, %xmm7
	swapgs
	jmp	again
guest_program_end:

	.section .note.GNU-stack, "", @progbits
