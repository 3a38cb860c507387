/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The memory operand of an instruction.
 */
#ifndef _HYPERVISOR_VCPU_OPERAND_H
#define _HYPERVISOR_VCPU_OPERAND_H

#include <linux/types.h>

struct vmcb;

#define OPERAND_CODE_MAX 15

/**
 * struct operand_state - what an address is made from
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
 * Portable. An instruction without a ModRM byte is taken for one with it: the caller
 * has to look whether the address makes sense.
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
 * SVM does not tell. Of the addresses that the instruction may have used, it is the
 * one that leads to the page of @gpa.
 *
 * Return: the linear address, or 0: none of them does.
 */
u64 operand_find(const struct vmcb *vmcb, const u64 *regs, u64 gpa);

#endif /* _HYPERVISOR_VCPU_OPERAND_H */
