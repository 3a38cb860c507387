// SPDX-License-Identifier: GPL-2.0-only
/*
 * The report of all counters, in the log. Owns: its contents and wording.
 */
#include "base/base.h"
#include "vcpu/l1.h"

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
