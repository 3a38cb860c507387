// SPDX-License-Identifier: GPL-2.0-only
/*
 * The instruction at which L1 has exited. Owns: nothing. L1 may change its code meanwhile:
 * then the answer is what the memory says now.
 */
#include "base/string.h"
#include "vcpu/code.h"
#include "vcpu/l1.h"
#include "vcpu/walk.h"

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
