// SPDX-License-Identifier: GPL-2.0-only
/*
 * The side door for tests. Owns: which calls there are, and the check of what they name.
 */
#include "base/report.h"
#include "base/string.h"
#include "boot/smp.h"
#include "control/control.h"
#include "host/behaviour.h"
#include "host/synic.h"
#include "tdx/l2_control.h"
#include "vcpu/gpa.h"
#include "vcpu/l1.h"

#define VMMCALL_LENGTH 3
#define MESSAGE_BYTES  256

/* All of an object must lie in one page of L1's memory. */
static void *object_at(u64 gpa, u64 size)
{
	if (gpa % PAGE_SIZE + size > PAGE_SIZE)
		return NULL;
	return gpa_memory(gpa);
}

static u64 get_stats(u64 cpu, u64 gpa)
{
	void *to = object_at(gpa, l2_stats_size());

	return to && l2_get_stats(cpu, to) ? 0 : CONTROL_FAILED;
}

static u64 set_hook(u64 gpa)
{
	const void *hook = object_at(gpa, l2_hook_size());

	return hook && l2_set_hook(hook) ? 0 : CONTROL_FAILED;
}

static u64 set_behaviour(u64 gpa)
{
	struct host_behaviour wanted;
	const void *from = object_at(gpa, sizeof(wanted));

	if (!from)
		return CONTROL_FAILED;
	/* L1 may write to it meanwhile. */
	memcpy(&wanted, from, sizeof(wanted));
	return behaviour_set(&wanted) ? 0 : CONTROL_FAILED;
}

static u64 get_behaviour(u64 gpa)
{
	struct host_behaviour *to = object_at(gpa, sizeof(*to));

	if (!to)
		return CONTROL_FAILED;
	behaviour_get(to);
	return 0;
}

static u64 post_message(u64 rcx, u64 gpa)
{
	const void *message = object_at(gpa, MESSAGE_BYTES);

	if (!message || rcx >> 33)
		return CONTROL_FAILED;
	return synic_post_raw(rcx & 0xffff, rcx >> 16 & 0xffff, message, rcx >> 32) ?
		0 : CONTROL_FAILED;
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
		return l2_reset_vcpu(rcx) ? 0 : CONTROL_FAILED;
	case CONTROL_TDX_SET_VMS:
		return l2_set_vms(rcx) ? 0 : CONTROL_FAILED;
	case CONTROL_TDX_RESET_VM:
		l2_reset_vm();
		return 0;
	case CONTROL_SET_BEHAVIOUR:
		return set_behaviour(rdx);
	case CONTROL_GET_BEHAVIOUR:
		return get_behaviour(rdx);
	case CONTROL_POST_MESSAGE:
		return post_message(rcx, rdx);
	default:
		return CONTROL_FAILED;
	}
}

bool control_handle(struct l1_cpu *l1)
{
	if (l1->regs[GPR_RBX] != CONTROL_MAGIC)
		return false;
	if (l1->vmcb->rax == CONTROL_PARK) {
		smp_park(l1);
		return true;
	}
	l1->vmcb->rax = carry_out(l1->vmcb->rax, l1->regs[GPR_RCX], l1->regs[GPR_RDX]);
	l1_skip(l1, VMMCALL_LENGTH);
	return true;
}
