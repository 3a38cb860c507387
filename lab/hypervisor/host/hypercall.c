// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hyper-V's hypercalls. Owns: which there are.
 */
#include "base/options.h"
#include "base/print.h"
#include "host/hypercall.h"
#include "vcpu/gpa.h"
#include "vcpu/l1.h"

#define STATUS_INVALID_CODE 2
#define VMMCALL_LENGTH      3

u64 hypercall_handle(struct l1_cpu *l1, u64 control, u64 input, u64 output)
{
	l1->count.hypercalls++;
	print("hypervisor: CPU %u: no hypercall %llx\n", l1->index, control);
	return STATUS_INVALID_CODE;
}

void hypercall_by_page(struct l1_cpu *l1)
{
	l1->vmcb->rax = hypercall_handle(l1, l1->regs[GPR_RCX], l1->regs[GPR_RDX],
					 l1->regs[GPR_R8]);
	l1_skip(l1, VMMCALL_LENGTH);
}
