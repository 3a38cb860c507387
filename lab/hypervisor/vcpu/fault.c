// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which linear address led to a nested page fault.
 *
 * Owns: the addresses that an instruction may have used: its operand, those of string
 * instructions, the stack, and the instruction itself.
 */
#include "base/machine.h"
#include "base/string.h"
#include "vcpu/l1.h"
#include "vcpu/operand.h"
#include "vcpu/walk.h"

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
	/* An operand may reach into the next page: the rest of the address is the fault's. */
	for (i = 0; i < CANDIDATES; i++) {
		if (leads_to(vmcb, candidates[i], gpa))
			return (candidates[i] & PAGE_MASK) | (gpa & ~PAGE_MASK);
		if (leads_to(vmcb, candidates[i] + 7, gpa))
			return ((candidates[i] + 7) & PAGE_MASK) | (gpa & ~PAGE_MASK);
	}
	return 0;
}
