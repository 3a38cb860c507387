/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * L2's instructions, read from its memory.
 */
#ifndef _HYPERVISOR_TDX_L2_INSN_H
#define _HYPERVISOR_TDX_L2_INSN_H

#include <linux/types.h>

struct vcpu;

#define INSN_MAX 15

/**
 * struct insn - an instruction, as far as it was read
 * @bytes:    from its first prefix on
 * @count:    how many could be read
 * @prefixes: how many of them are prefixes
 * @operand:  0x66 is among these
 * @rex:      the last REX prefix, or 0
 */
struct insn {
	u8 bytes[INSN_MAX];
	u32 count;
	u32 prefixes;
	bool operand;
	u8 rex;
};

bool insn_fetch(const struct vcpu *vcpu, struct insn *insn);
bool insn_is(const struct insn *insn, const u8 *opcode, u32 length);
u32 insn_length(const struct vcpu *vcpu, u32 opcode_length);

#endif /* _HYPERVISOR_TDX_L2_INSN_H */
