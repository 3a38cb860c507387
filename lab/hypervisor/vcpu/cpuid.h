/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The answers of CPUID to L1.
 */
#ifndef _HYPERVISOR_VCPU_CPUID_H
#define _HYPERVISOR_VCPU_CPUID_H

#include <linux/types.h>

struct l1_cpu;

enum cpuid_word { CPUID_A, CPUID_B, CPUID_C, CPUID_D, CPUID_WORDS };

/**
 * struct cpuid_view - the state that the answers depend on
 * @td:     L1 is a trust domain
 * @cr4:    of L1
 * @tsc_hz: how fast L1's TSC goes
 * @id:     of a trust domain's CPU: its APIC's id, or its index where L1 has no topology
 * @cpus:   how many L1 has; each is a core of the one package
 */
struct cpuid_view {
	bool td;
	u64 cr4;
	u64 tsc_hz;
	u32 id;
	u32 cpus;
};

#define CPUID_TOPOLOGY    0xb
#define CPUID_TOPOLOGY_V2 0x1f

/**
 * cpuid_answer() - compute the answer
 * @view:    the state that it depends on.
 * @leaf:    in EAX; none of the host's.
 * @subleaf: in ECX.
 * @words:   in: the CPU's answer, for CPUID_TOPOLOGY_V2 that to CPUID_TOPOLOGY; out: the
 *           answer for L1.
 *
 * Portable.
 */
void cpuid_answer(const struct cpuid_view *view, u32 leaf, u32 subleaf, u32 words[CPUID_WORDS]);

/**
 * cpuid_is_of_host() - does the host answer
 * @leaf: in EAX.
 *
 * Return: whether it does: these leaves are reserved for hypervisors.
 */
static inline bool cpuid_is_of_host(u32 leaf)
{
	return leaf >> 28 == 4;
}

/**
 * cpuid_is_of_module() - does the TDX module answer a trust domain
 * @leaf:    in EAX.
 * @subleaf: in ECX.
 *
 * Portable.
 * Return: whether it does; else it is a #VE.
 */
bool cpuid_is_of_module(u32 leaf, u32 subleaf);

#endif /* _HYPERVISOR_VCPU_CPUID_H */
