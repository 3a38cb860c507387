// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * CPUID of Linux: that of VTL2's CPU, without what VTL0 does not have here, and with the leaves
 * of a hypervisor.
 *
 * Owns: the table of what is kept of VTL2's answer, and what is added. XSAVE and what needs it
 * is left out: README.md says why.
 */
#include <cpuid.h>
#include <string.h>

#include "machine.h"

#define ALL			UINT32_MAX
#define BIT(n)			(1u << (n))

#define LEAF_VENDOR		0x00
#define LEAF_FEATURES		0x01
#define LEAF_TOPOLOGY		0x0b
#define LEAF_TSC		0x15
#define LEAF_FREQUENCY		0x16
#define LEAF_MAX		0x16
#define LEAF_HYPERVISOR		0x40000000
#define LEAF_HYPERVISOR_LAST	0x4000ffff
#define LEAF_EXTENDED		0x80000000
#define LEAF_EXTENDED_MAX	0x80000008
#define LEAF_BRAND		0x80000002
#define LEAF_CACHES_LAST	0x80000006

#define KVM_LEAF_FEATURES	0x40000001

#define TOPOLOGY_THREAD		1
#define TOPOLOGY_CORE		2
#define MHZ			1000000
#define BUS_MHZ			100

/* Of leaf 1, in ECX: MONITOR, VMX, FMA, PDCM, PCID, XSAVE, OSXSAVE, AVX, F16C. */
#define HIDDEN_1_C	(BIT(3) | BIT(5) | BIT(12) | BIT(15) | BIT(17) | BIT(26) | BIT(27) | \
			 BIT(28) | BIT(29))
/* x2APIC, TSC deadline, hypervisor. */
#define ADDED_1_C	(BIT(21) | BIT(24) | BIT(31))
/* In EDX: MCE, MTRR, MCA, multi-threading, which is_multi_threaded() adds. */
#define HIDDEN_1_D	(BIT(7) | BIT(12) | BIT(14) | BIT(28))
#define HTT_1_D		BIT(28)
/* Of leaf 7, in EBX: FSGSBASE, BMI1, SMEP, BMI2, ERMS, RDSEED, ADX, SMAP, CLFLUSHOPT, CLWB. */
#define KEPT_7_B	(BIT(0) | BIT(3) | BIT(7) | BIT(8) | BIT(9) | BIT(18) | BIT(19) | \
			 BIT(20) | BIT(23) | BIT(24))
/* UMIP; FSRM. */
#define KEPT_7_C	BIT(2)
#define KEPT_7_D	BIT(4)
/* LAHF, LZCNT, PREFETCHW; SYSCALL, NX, 1-GiB pages, RDTSCP, long mode. */
#define KEPT_E1_C	(BIT(0) | BIT(5) | BIT(8))
#define KEPT_E1_D	(BIT(11) | BIT(20) | BIT(26) | BIT(27) | BIT(29))

enum { A, B, C, D, WORDS };

/**
 * struct rule - how a leaf is answered
 * @keep: these bits of VTL2's answer
 * @add:  these bits are set
 */
struct rule {
	uint32_t leaf;
	uint32_t keep[WORDS];
	uint32_t add[WORDS];
};

/* Other leaves are 0, and subleaves other than 0, too. */
static const struct rule rules[] = {
	{ LEAF_VENDOR, { 0, ALL, ALL, ALL }, { LEAF_MAX } },
	{ LEAF_FEATURES, { ALL, 0xffff, ~HIDDEN_1_C, ~HIDDEN_1_D }, { 0, 0, ADDED_1_C, 0 } },
	{ 0x06, { 0 }, { BIT(2) } },
	{ 0x07, { 0, KEPT_7_B, KEPT_7_C, KEPT_7_D }, { 0 } },
	{ LEAF_EXTENDED, { 0, ALL, ALL, ALL }, { LEAF_EXTENDED_MAX } },
	{ 0x80000001, { ALL, 0, KEPT_E1_C, KEPT_E1_D }, { 0 } },
	{ 0x80000007, { 0 }, { 0, 0, 0, BIT(8) } },
	{ 0x80000008, { 0xffff }, { 0 } },
};

static const struct rule *rule_find(uint32_t leaf)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rules); i++) {
		if (rules[i].leaf == leaf)
			return &rules[i];
	}
	return NULL;
}

static void rule_apply(uint32_t leaf, uint32_t words[WORDS])
{
	const struct rule *rule = rule_find(leaf);
	unsigned int i;

	/* The processor's name and its caches. */
	if (leaf >= LEAF_BRAND && leaf <= LEAF_CACHES_LAST)
		return;
	for (i = 0; i < WORDS; i++)
		words[i] = rule ? (words[i] & rule->keep[i]) | rule->add[i] : 0;
}

/* How many bits of an APIC id number the VPs of the one package. */
static unsigned int id_bits(const struct vmm *vm)
{
	uint32_t highest = 0;
	unsigned int i;

	for (i = 0; i < vm->config.vps; i++) {
		if (vm->vps[i].apic_id > highest)
			highest = vm->vps[i].apic_id;
	}
	return highest ? 32 - __builtin_clz(highest) : 0;
}

static void features_fill(const struct vp *vp, uint32_t words[WORDS])
{
	words[B] |= (1u << id_bits(vp->vm)) << 16 | vp->apic_id << 24;
	if (vp->vm->config.vps > 1)
		words[D] |= HTT_1_D;
}

/* Each VP is a core. */
static void topology_fill(const struct vp *vp, uint32_t level, uint32_t words[WORDS])
{
	memset(words, 0, WORDS * sizeof(*words));
	words[C] = level & 0xff;
	words[D] = vp->apic_id;
	if (level == 0) {
		words[B] = 1;
		words[C] |= TOPOLOGY_THREAD << 8;
	} else if (level == 1) {
		words[A] = id_bits(vp->vm);
		words[B] = vp->vm->config.vps;
		words[C] |= TOPOLOGY_CORE << 8;
	}
}

/* The crystal's frequency is that of the TSC, so that no division rounds it. */
static void tsc_fill(const struct machine *machine, uint32_t words[WORDS])
{
	words[A] = 1;
	words[B] = 1;
	words[C] = machine->tsc_hz;
	words[D] = 0;
}

static void frequency_fill(const struct machine *machine, uint32_t words[WORDS])
{
	words[A] = machine->tsc_hz / MHZ;
	words[B] = machine->tsc_hz / MHZ;
	words[C] = BUS_MHZ;
	words[D] = 0;
}

/* KVM's signature, with no feature: Linux then trusts an x2APIC without remapping. */
static void kvm_fill(uint32_t leaf, uint32_t words[WORDS])
{
	memset(words, 0, WORDS * sizeof(*words));
	if (leaf != LEAF_HYPERVISOR)
		return;
	words[A] = KVM_LEAF_FEATURES;
	memcpy(&words[B], "KVMKVMKVM\0\0\0", 12);
}

static void hypervisor_fill(const struct machine *machine, uint32_t leaf, uint32_t words[WORDS])
{
	if (machine->config.signature == LINUX_SIGNATURE_KVM)
		kvm_fill(leaf, words);
	else
		hyperv_cpuid(machine->config.signature == LINUX_SIGNATURE_HYPERV_IPI, leaf, words);
}

static void answer(struct vp *vp, uint32_t leaf, uint32_t subleaf, uint32_t words[WORDS])
{
	const struct machine *machine = machine_of(vp->vm);

	if (leaf >= LEAF_HYPERVISOR && leaf <= LEAF_HYPERVISOR_LAST) {
		hypervisor_fill(machine, leaf, words);
		return;
	}
	if (leaf == LEAF_TOPOLOGY) {
		topology_fill(vp, subleaf, words);
		return;
	}
	if (leaf == 0x07 && subleaf) {
		memset(words, 0, WORDS * sizeof(*words));
		return;
	}
	__cpuid_count(leaf, subleaf, words[A], words[B], words[C], words[D]);
	rule_apply(leaf, words);
	if (leaf == LEAF_FEATURES)
		features_fill(vp, words);
	else if (leaf == LEAF_TSC)
		tsc_fill(machine, words);
	else if (leaf == LEAF_FREQUENCY)
		frequency_fill(machine, words);
}

void cpuid_serve(struct vp *vp)
{
	struct mshv_tdx_l2_enter_guest_state *gpr = &vp->context->gpr;
	uint32_t words[WORDS];

	answer(vp, gpr->rax, gpr->rcx, words);
	gpr->rax = words[A];
	gpr->rbx = words[B];
	gpr->rcx = words[C];
	gpr->rdx = words[D];
	exit_step_over(vp);
}
