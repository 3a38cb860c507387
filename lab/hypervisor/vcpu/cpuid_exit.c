// SPDX-License-Identifier: GPL-2.0-only
/*
 * L1 executes CPUID. Owns: the registers; what the answer is, is cpuid.c's, or the
 * host's.
 */
#include "apic/timer.h"
#include "base/machine.h"
#include "base/options.h"
#include "host/cpuid.h"
#include "tdx/l2/tdcall.h"
#include "vcpu/code.h"
#include "vcpu/cpuid.h"
#include "vcpu/l1.h"

static void ask_cpu(struct l1_cpu *l1, u32 leaf, u32 subleaf, u32 words[CPUID_WORDS])
{
	bool is_td_topology = options.td && leaf == CPUID_TOPOLOGY_V2;
	struct cpuid_words raw = machine_cpuid(is_td_topology ? CPUID_TOPOLOGY : leaf, subleaf);
	struct cpuid_view view = {
		.td = options.td, .cr4 = l1->vmcb->cr4, .tsc_hz = timer_tsc_hz,
		.id = tdx_module_has_topology() ? l1->apic_id : l1->index,
		.cpus = l1_count,
	};

	words[CPUID_A] = raw.a;
	words[CPUID_B] = raw.b;
	words[CPUID_C] = raw.c;
	words[CPUID_D] = raw.d;
	cpuid_answer(&view, leaf, subleaf, words);
}

void cpuid_handle(struct l1_cpu *l1)
{
	u32 leaf = l1->vmcb->rax, words[CPUID_WORDS];

	if (cpuid_is_of_host(leaf))
		host_cpuid(leaf, words);
	else
		ask_cpu(l1, leaf, l1->regs[GPR_RCX], words);
	l1->vmcb->rax = words[CPUID_A];
	l1->regs[GPR_RBX] = words[CPUID_B];
	l1->regs[GPR_RCX] = words[CPUID_C];
	l1->regs[GPR_RDX] = words[CPUID_D];
	l1_skip(l1, code_length(l1, 2));
}
