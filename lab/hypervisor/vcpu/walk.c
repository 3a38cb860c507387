// SPDX-License-Identifier: GPL-2.0-only
/*
 * L1's instruction and its addresses, by a walk of L1's own page tables.
 *
 * Owns: the walk, in the modes that L1 has with 4 levels, since it is not offered 5; and the
 * addresses that an instruction may have used: its operand, those of string instructions, the
 * stack, and the instruction itself. L1 writes what it likes into its tables, so every address
 * is checked before it is read. L1 may change its code meanwhile: the answer is what the memory
 * says now.
 */
#include "base/base.h"
#include "base/machine.h"
#include "vcpu/exits.h"
#include "vcpu/gpa.h"
#include "vcpu/l1.h"
#include "vcpu/vmcb.h"

#define CR0_PG        BIT_ULL(31)
#define EFER_LMA      BIT_ULL(10)
#define ENTRY_PRESENT BIT_ULL(0)
#define ENTRY_LARGE   BIT_ULL(7)
#define ENTRY_ADDRESS GENMASK_ULL(51, 12)
#define LEVELS        4

static u64 offset_mask(int level)
{
	return (1ULL << (12 + 9 * (level - 1))) - 1;
}

bool walk(const struct vmcb *vmcb, u64 gla, u64 *gpa)
{
	u64 table = vmcb->cr3 & ENTRY_ADDRESS;
	int level;

	if (!(vmcb->cr0 & CR0_PG)) {
		*gpa = gla;
		return true;
	}
	if (!(vmcb->efer & EFER_LMA))
		return false;

	for (level = LEVELS; level; level--) {
		const u64 *entries = gpa_memory(table);
		u64 entry;

		if (!entries)
			return false;
		entry = READ_ONCE(entries[gla >> (12 + 9 * (level - 1)) & 511]);
		if (!(entry & ENTRY_PRESENT))
			return false;
		table = entry & ENTRY_ADDRESS;
		if (level == 1 || (level < LEVELS && (entry & ENTRY_LARGE)))
			break;
	}
	*gpa = (table & ~offset_mask(level)) | (gla & offset_mask(level));
	return true;
}

u32 walk_read(const struct vmcb *vmcb, u64 gla, void *to, u32 count)
{
	u32 done = 0;

	while (done < count) {
		u32 part = min_t(u32, PAGE_SIZE - (gla + done) % PAGE_SIZE, count - done);
		const u8 *from;
		u64 gpa;

		if (!walk(vmcb, gla + done, &gpa))
			break;
		from = gpa_memory(gpa);
		if (!from)
			break;
		memcpy(to + done, from, part);
		done += part;
	}
	return done;
}

void code_read(const struct l1_cpu *l1, struct code *code)
{
	memset(code->bytes, 0, sizeof(code->bytes));
	code->count = walk_read(l1->vmcb, l1->vmcb->rip, code->bytes, CODE_MAX);
	code_prefixes(code);
}

u32 code_length(const struct l1_cpu *l1, u32 opcode)
{
	struct code code;

	code_read(l1, &code);
	return code.prefixes + opcode;
}

#define CANDIDATES  6

/* FS and GS are still L1's: the hypervisor uses neither. */
static void read_state(const struct vmcb *vmcb, const u64 *regs, struct operand_state *state)
{
	memcpy(state->gpr, regs, sizeof(state->gpr));
	state->gpr[GPR_RAX] = vmcb->rax;
	state->gpr[GPR_RSP] = vmcb->rsp;
	state->rip = vmcb->rip;
	state->fs_base = cpu_rdmsr(MSR_FS_BASE);
	state->gs_base = cpu_rdmsr(MSR_GS_BASE);
}

static bool leads_to(const struct vmcb *vmcb, u64 gla, u64 gpa)
{
	u64 found;

	return walk(vmcb, gla, &found) && found >> PAGE_SHIFT == gpa >> PAGE_SHIFT;
}

u64 operand_find(const struct vmcb *vmcb, const u64 *regs, u64 gpa)
{
	u8 code[OPERAND_CODE_MAX];
	struct operand_state state;
	u64 candidates[CANDIDATES] = { 0 };
	u32 count, i;

	read_state(vmcb, regs, &state);
	count = walk_read(vmcb, vmcb->rip, code, sizeof(code));
	operand_decode(code, count, &state, &candidates[0]);
	candidates[1] = state.gpr[GPR_RDI];
	candidates[2] = state.gpr[GPR_RSI];
	candidates[3] = state.gpr[GPR_RSP] - 8;
	candidates[4] = state.gpr[GPR_RSP];
	candidates[5] = state.rip;
	/* An operand may extend into the next page. The fault gives the offset within the page. */
	for (i = 0; i < CANDIDATES; i++) {
		if (leads_to(vmcb, candidates[i], gpa))
			return (candidates[i] & PAGE_MASK) | (gpa & ~PAGE_MASK);
		if (leads_to(vmcb, candidates[i] + 7, gpa))
			return ((candidates[i] + 7) & PAGE_MASK) | (gpa & ~PAGE_MASK);
	}
	return 0;
}
