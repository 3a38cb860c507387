// SPDX-License-Identifier: GPL-2.0-only
/*
 * The side door for tests. Owns: which calls there are, and the report of all counters, in the log:
 * its contents and wording.
 */
#include "base/base.h"
#include "boot/boot.h"
#include "control/control.h"
#include "tdx/tdx.h"
#include "vcpu/exits.h"
#include "vcpu/l1.h"

/* The length of VMMCALL, without prefixes. */
#define VMMCALL_LENGTH 3

/* ---- The report ---- */

static void report_calls(const struct l1_cpu *l1)
{
	u32 i;

	for (i = 0; i < TDCALL_LEAVES; i++) {
		if (l1->count.tdcalls[i])
			print("hypervisor: CPU %u: TDCALL %u: %llu\n", l1->index, i,
			      l1->count.tdcalls[i]);
	}
	for (i = 0; i < VMCALL_LEAVES; i++) {
		if (l1->count.vmcalls[i])
			print("hypervisor: CPU %u: TDVMCALL %u: %llu\n", l1->index, i,
			      l1->count.vmcalls[i]);
	}
}

static void report_exits(const struct l1_cpu *l1)
{
	u32 i;

	for (i = 0; i < EXIT_CODES; i++) {
		if (l1->count.exits[i])
			print("hypervisor: CPU %u: exit %x: %llu\n", l1->index, i,
			      l1->count.exits[i]);
	}
	print("hypervisor: CPU %u: faults %llu, #VE %llu, EOI %llu, NMI %llu, hypercalls %llu\n",
	      l1->index, l1->count.page_faults, l1->count.ve, l1->count.eoi, l1->count.nmis,
	      l1->count.hypercalls);
	print("hypervisor: CPU %u: interrupts of the host %llu, requested again for L1 %llu\n",
	      l1->index, l1->count.hosts_interrupts, l1->count.given_back);
}

void report_counters(void)
{
	u32 i;

	for (i = 0; i < l1_count; i++) {
		report_exits(&l1_cpus[i]);
		report_calls(&l1_cpus[i]);
	}
}

/* ---- The calls ---- */

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
	/* The length is read first, since the call may change the code. */
	length = code_length(l1, VMMCALL_LENGTH);
	l1->vmcb->rax = carry_out(l1->vmcb->rax, l1->regs[GPR_RCX], l1->regs[GPR_RDX]);
	l1_skip(l1, length);
	return true;
}
