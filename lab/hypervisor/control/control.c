// SPDX-License-Identifier: GPL-2.0-only
/*
 * The side door for tests. Owns: which calls there are.
 */
#include "base/base.h"
#include "boot/boot.h"
#include "control/control.h"
#include "tdx/tdx.h"
#include "vcpu/exits.h"
#include "vcpu/l1.h"

/* Without prefixes. */
#define VMMCALL_LENGTH 3

static u64 get_stats(u64 cpu, u64 gpa)
{
	void *to = control_object(gpa, l2_stats_size());

	return to && l2_get_stats(cpu, to) ? 0 : CONTROL_FAILED;
}

static u64 set_hook(u64 gpa)
{
	const void *hook = control_object(gpa, l2_hook_size());

	return hook && l2_set_hook(hook) ? 0 : CONTROL_FAILED;
}

static u64 carry_out(u64 call, u64 rcx, u64 rdx)
{
	switch (call) {
	case CONTROL_REPORT:
		report_counters();
		return 0;
	case CONTROL_PROBE:
		return CONTROL_MAGIC;
	case CONTROL_TDX_HOOK:
		return set_hook(rdx);
	case CONTROL_TDX_STATS:
		return get_stats(rcx, rdx);
	case CONTROL_TDX_RESET_VCPU:
		return l2_reset_vcpus(rcx) ? 0 : CONTROL_FAILED;
	case CONTROL_TDX_SET_VMS:
		return l2_set_vms(rcx) ? 0 : CONTROL_FAILED;
	case CONTROL_TDX_RESET_VM:
		l2_reset_vm();
		return 0;
	case CONTROL_HOST:
		return host_call(rcx, rdx);
	default:
		return CONTROL_FAILED;
	}
}

bool control_handle(struct l1_cpu *l1)
{
	u32 length;

	if (l1->regs[GPR_RBX] != CONTROL_MAGIC)
		return false;
	if (l1->vmcb->rax == CONTROL_PARK) {
		smp_park(l1);
		return true;
	}
	/* The call may change the code. */
	length = code_length(l1, VMMCALL_LENGTH);
	l1->vmcb->rax = carry_out(l1->vmcb->rax, l1->regs[GPR_RCX], l1->regs[GPR_RDX]);
	l1_skip(l1, length);
	return true;
}
