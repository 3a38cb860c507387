/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The leaves of CPUID that are the host's: 0x40000000 and those that follow.
 */
#ifndef _HYPERVISOR_HOST_CPUID_H
#define _HYPERVISOR_HOST_CPUID_H

#include <linux/types.h>

/**
 * struct host_identity - what the leaves depend on
 * @hyperv: the host is Hyper-V, else KVM
 * @td:     L1 is isolated by TDX, without a paravisor
 * @vps:    how many VPs there are
 */
struct host_identity {
	bool hyperv;
	bool td;
	u32 vps;
};

/**
 * host_cpuid_answer() - what L1 is told
 * @identity: what it depends on.
 * @leaf:     in EAX.
 * @words:    out: EAX to EDX.
 *
 * Portable. Source: Hypervisor Top Level Functional Specification, "Feature and
 * Interface Discovery", and include/hyperv/hvgdk_mini.h of Linux for what is newer.
 */
void host_cpuid_answer(const struct host_identity *identity, u32 leaf, u32 words[4]);

/**
 * host_cpuid() - the same, of this machine
 * @leaf:  in EAX.
 * @words: out: EAX to EDX.
 */
void host_cpuid(u32 leaf, u32 words[4]);

#endif /* _HYPERVISOR_HOST_CPUID_H */
