// SPDX-License-Identifier: GPL-2.0-only
/*
 * L2's instructions, read from its memory: QEMU's SVM reports neither their bytes nor their
 * length.
 *
 * Owns: the walk of L2's page tables, and the prefixes. It reads only pages that L2 can access.
 * Must not know: what the instructions do.
 */
#include <linux/types.h>

#include <asm/msr-index.h>
#include <asm/processor-flags.h>

#include "base/base.h"
#include "base/machine.h"
#include "tdx/l2/l2.h"

#define GUEST_PRESENT BIT_ULL(0)
#define GUEST_LARGE   BIT_ULL(7)
#define GUEST_ADDRESS GENMASK_ULL(51, 12)

static bool read_gpa(const struct vcpu *vcpu, u64 gpa, void *to, u32 length)
{
	const void *place;

	place = gpa_is_private(gpa) ? npt_memory(vcpu->vm, gpa) : NULL;
	if (!place)
		return false;
	memcpy(to, place, length);
	return true;
}

/* Tables of 64-bit entries: long mode, and below it those of PAE. */
static bool walk_wide(const struct vcpu *vcpu, u64 table, int levels, u64 address, u64 *gpa)
{
	u64 entry;

	for (;; levels--) {
		u32 shift = 12 + 9 * (levels - 1);

		if (!read_gpa(vcpu, table + (address >> shift & 0x1ff) * 8, &entry, 8) ||
		    !(entry & GUEST_PRESENT))
			return false;
		table = entry & GUEST_ADDRESS;
		if (levels == 1 || (levels < 4 && (entry & GUEST_LARGE))) {
			*gpa = (table & GENMASK_ULL(51, shift)) | (address & GENMASK(shift - 1, 0));
			return true;
		}
	}
}

static bool walk_pae(const struct vcpu *vcpu, u32 address, u64 *gpa)
{
	u64 entry;

	if (!read_gpa(vcpu, (vcpu->run.vmcb->cr3 & 0xffffffe0) + (address >> 30) * 8, &entry, 8) ||
	    !(entry & GUEST_PRESENT))
		return false;
	return walk_wide(vcpu, entry & GUEST_ADDRESS, 2, address & GENMASK(29, 0), gpa);
}

static bool walk_narrow(const struct vcpu *vcpu, u32 address, u64 *gpa)
{
	const struct vmcb *vmcb = vcpu->run.vmcb;
	u32 entry;

	if (!read_gpa(vcpu, (vmcb->cr3 & 0xfffff000) + (address >> 22) * 4, &entry, 4) ||
	    !(entry & GUEST_PRESENT))
		return false;
	if ((entry & GUEST_LARGE) && (vmcb->cr4 & X86_CR4_PSE)) {
		*gpa = (entry & 0xffc00000) | (address & 0x3fffff);
		return true;
	}
	if (!read_gpa(vcpu, (entry & 0xfffff000) + (address >> 12 & 0x3ff) * 4, &entry, 4) ||
	    !(entry & GUEST_PRESENT))
		return false;
	*gpa = (entry & 0xfffff000) | (address & 0xfff);
	return true;
}

static bool translate(const struct vcpu *vcpu, u64 address, u64 *gpa)
{
	const struct vmcb *vmcb = vcpu->run.vmcb;

	if (!(vmcb->cr0 & X86_CR0_PG)) {
		*gpa = (u32)address;
		return true;
	}
	if (vmcb->efer & EFER_LMA)
		return walk_wide(vcpu, vmcb->cr3 & GUEST_ADDRESS,
				 vmcb->cr4 & X86_CR4_LA57 ? 5 : 4, address, gpa);
	if (vmcb->cr4 & X86_CR4_PAE)
		return walk_pae(vcpu, address, gpa);
	return walk_narrow(vcpu, address, gpa);
}

static bool is_64_bit(const struct vmcb *vmcb)
{
	/* CS.L, in SVM's form of the attributes. */
	return (vmcb->efer & EFER_LMA) && (vmcb->cs.attributes & BIT(9));
}

static bool is_legacy_prefix(u8 byte)
{
	switch (byte) {
	case 0x26: case 0x2e: case 0x36: case 0x3e:
	case 0x64 ... 0x67:
	case 0xf0: case 0xf2: case 0xf3:
		return true;
	default:
		return false;
	}
}

static void count_prefixes(struct insn *insn, bool wide)
{
	while (insn->prefixes < insn->count) {
		u8 byte = insn->bytes[insn->prefixes];

		if (is_legacy_prefix(byte)) {
			insn->operand |= byte == 0x66;
			insn->rex = 0;
		} else if (wide && (byte & 0xf0) == 0x40) {
			insn->rex = byte;
		} else {
			break;
		}
		insn->prefixes++;
	}
}

/**
 * insn_fetch() - read the instruction at L2's RIP
 * @vcpu: the VCPU, after an exit
 * @insn: out
 *
 * Context: any, GIF may be 0.
 * Return: whether any of it could be read.
 */
bool insn_fetch(const struct vcpu *vcpu, struct insn *insn)
{
	const struct vmcb *vmcb = vcpu->run.vmcb;
	bool wide = is_64_bit(vmcb);
	u64 address = vmcb->rip, gpa;

	memset(insn, 0, sizeof(*insn));
	if (!wide)
		address = (u32)(address + vmcb->cs.base);

	while (insn->count < INSN_MAX) {
		u32 part = min_t(u32, INSN_MAX - insn->count,
				 PAGE_SIZE - (address & ~PAGE_MASK));

		if (!translate(vcpu, address, &gpa) ||
		    !read_gpa(vcpu, gpa, insn->bytes + insn->count, part))
			break;
		insn->count += part;
		address += part;
	}
	count_prefixes(insn, wide);
	return insn->count;
}

/**
 * insn_is() - whether it is this instruction, after its prefixes
 * @insn:   by insn_fetch()
 * @opcode: bytes
 * @length: how many
 *
 * Return: whether it is.
 */
bool insn_is(const struct insn *insn, const u8 *opcode, u32 length)
{
	return insn->count >= insn->prefixes + length &&
	       !memcmp(insn->bytes + insn->prefixes, opcode, length);
}

/**
 * insn_length() - the length of an instruction, including its prefixes
 * @vcpu:          the VCPU, after the instruction's exit
 * @opcode_length: its length without prefixes
 *
 * Return: the length.
 */
u32 insn_length(const struct vcpu *vcpu, u32 opcode_length)
{
	struct insn insn;

	if (!insn_fetch(vcpu, &insn))
		return opcode_length;
	return insn.prefixes + opcode_length;
}
