/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The instruction at which L1 has exited, read from its memory: SVM does not report its length
 * and prefixes, nor which of its addresses has led to a nested page fault.
 */
#ifndef _HYPERVISOR_VCPU_CODE_H
#define _HYPERVISOR_VCPU_CODE_H

#include <linux/types.h>

struct l1_cpu;
struct vmcb;

#define CODE_MAX 15

/**
 * struct code - an instruction, as far as it could be read
 * @bytes:    the instruction, and what follows it
 * @count:    how many bytes could be read; the others are 0
 * @prefixes: how many of them come before the opcode, REX among them
 * @data:     one is 0x66
 * @repeat:   one is 0xf2 or 0xf3
 */
struct code {
	u8 bytes[CODE_MAX + 4];
	u32 count;
	u32 prefixes;
	bool data;
	bool repeat;
};

/**
 * code_prefixes() - find the opcode
 * @code: @bytes and @count are set; the others are out.
 *
 * Portable.
 */
void code_prefixes(struct code *code);

/**
 * code_read() - read the instruction
 * @l1:   of this CPU, which has exited.
 * @code: out.
 */
void code_read(const struct l1_cpu *l1, struct code *code);

/**
 * code_length() - how long the instruction is
 * @l1:     of this CPU, which has exited.
 * @opcode: its length without prefixes.
 *
 * Return: the length with them.
 */
u32 code_length(const struct l1_cpu *l1, u32 opcode);

static inline const u8 *code_opcode(const struct code *code)
{
	return code->bytes + code->prefixes;
}

#define OPERAND_CODE_MAX 15

/**
 * struct operand_state - the registers from which an address is computed
 * @gpr:     general registers by enum l2_gpr, RAX and RSP among them
 * @rip:     of the instruction
 * @fs_base: FS's base
 * @gs_base: GS's base
 */
struct operand_state {
	u64 gpr[16];
	u64 rip;
	u64 fs_base;
	u64 gs_base;
};

/**
 * operand_decode() - the address that an instruction's ModRM byte names
 * @code:    the instruction, in 64-bit mode.
 * @count:   how many bytes of it there are.
 * @state:   the registers.
 * @address: out: linear address.
 *
 * Portable. An instruction without a ModRM byte is decoded as if it had one: the caller must
 * check whether the address makes sense.
 *
 * Return: whether the bytes name memory.
 */
bool operand_decode(const u8 *code, u32 count, const struct operand_state *state, u64 *address);

/**
 * operand_find() - which linear address led to a nested page fault
 * @vmcb: of L1, which has exited.
 * @regs: its registers, but for RAX and RSP.
 * @gpa:  guest-physical address of the fault.
 *
 * SVM does not report it. Of the addresses that the instruction may have used, this is the one
 * that leads to the page of @gpa.
 *
 * Return: the linear address, or 0: none of them does.
 */
u64 operand_find(const struct vmcb *vmcb, const u64 *regs, u64 gpa);

/* L1's own page tables. */

/**
 * walk() - translate an address of L1
 * @vmcb: of L1, which has exited.
 * @gla:  linear address.
 * @gpa:  out: guest-physical address, with the shared bit.
 *
 * Return: whether it is mapped. Access rights are not checked.
 */
bool walk(const struct vmcb *vmcb, u64 gla, u64 *gpa);

/**
 * walk_read() - read memory of L1
 * @vmcb:  of L1, which has exited.
 * @gla:   linear address.
 * @to:    where to.
 * @count: how many bytes.
 *
 * Return: how many bytes could be read.
 */
u32 walk_read(const struct vmcb *vmcb, u64 gla, void *to, u32 count);

#endif /* _HYPERVISOR_VCPU_CODE_H */
