/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The instruction at which L1 has exited: SVM tells neither its length nor its prefixes.
 */
#ifndef _HYPERVISOR_VCPU_CODE_H
#define _HYPERVISOR_VCPU_CODE_H

#include <linux/types.h>

struct l1_cpu;

#define CODE_MAX 15

/**
 * struct code - an instruction, as far as L1's memory has it
 * @bytes:    all of it, and what follows
 * @count:    how many bytes there are; the others are 0
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

#endif /* _HYPERVISOR_VCPU_CODE_H */
