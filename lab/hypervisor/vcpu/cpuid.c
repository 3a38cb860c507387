// SPDX-License-Identifier: GPL-2.0-only
/*
 * The answers of CPUID to L1.
 *
 * Owns: the table of the bits that are kept from the CPU's answer, and of those that are added.
 * A trust domain sees an Intel CPU, without the features that a TDX module removes (Intel TDX
 * Module Base Architecture Specification, "CPUID Virtualization"). Portable.
 */
#include "base/base.h"
#include "vcpu/exits.h"
#include "vcpu/gpa.h"

#define ALL          0xffffffffU
#define CR4_OSXSAVE  BIT_ULL(18)
#define CR4_PKE      BIT_ULL(22)
#define LINEAR_BITS  48

/* Of leaf 1. */
#define SAPPHIRE_RAPIDS 0x000806f8
#define MONITOR      BIT(3)
#define VMX          BIT(5)
#define SMX          BIT(6)
#define X2APIC       BIT(21)
#define TSC_DEADLINE BIT(24)
#define OSXSAVE      BIT(27)
#define HYPERVISOR   BIT(31)
#define INITIAL_ID   24
#define ADDED_1_C    (X2APIC | TSC_DEADLINE | HYPERVISOR)

/* Of leaf 7. */
#define TSC_ADJUST   BIT(1)
#define OSPKE        BIT(4)
#define LA57         BIT(16)
#define ARCH_CAPABILITIES BIT(29)

/* Of leaf 0x80000001 and 0x80000007. */
#define SVM          BIT(2)
#define LAHF_LZCNT_PREFETCH 0x121
#define SYSCALL_NX_1G_RDTSCP_LM 0x2c100800
#define INVARIANT_TSC BIT(8)

#define LEAF_FEATURES   0x1
#define LEAF_CACHES     0x4
#define LEAF_EXTENDED   0x7
#define LEAF_TSC        0x15
#define LEAF_TDX        0x21
#define LEAF_LAST       0x23
#define LEAF_MAX        0x80000000
#define LEAF_LAST_EXTENDED 0x80000008
#define LEAF_SVM        0x8000000a

/**
 * struct cpuid_rule - how a leaf is answered
 * @leaf: which
 * @keep: bits of the CPU's answer
 * @add:  bits that are added to them
 */
struct cpuid_rule {
	u32 leaf;
	u32 keep[CPUID_WORDS];
	u32 add[CPUID_WORDS];
};

/* Other leaves are 0. */
static const struct cpuid_rule td_rules[] = {
	{ 0x0, { 0 }, { LEAF_LAST } },
	{ 0x1, { 0, ALL, ALL & ~(MONITOR | VMX | SMX), ALL },
	  { SAPPHIRE_RAPIDS, 0, ADDED_1_C, 0 } },
	{ LEAF_CACHES, { 0 }, { 0 } },
	{ 0x7, { ALL, ALL & ~TSC_ADJUST, ALL & ~LA57, ALL }, { 0, 0, 0, ARCH_CAPABILITIES } },
	{ CPUID_TOPOLOGY, { ALL, ALL, ALL, 0 }, { 0 } },
	{ 0xd, { ALL, ALL, ALL, ALL }, { 0 } },
	{ LEAF_TSC, { 0 }, { 1, 1, 0, 0 } },
	{ CPUID_TOPOLOGY_V2, { ALL, ALL, ALL, 0 }, { 0 } },
	{ LEAF_TDX, { 0 }, { 0 } },
	{ LEAF_MAX, { 0 }, { LEAF_LAST_EXTENDED } },
	{ 0x80000001, { 0, 0, LAHF_LZCNT_PREFETCH, SYSCALL_NX_1G_RDTSCP_LM }, { 0 } },
	{ 0x80000007, { 0 }, { 0, 0, 0, INVARIANT_TSC } },
	{ 0x80000008, { 0 }, { LINEAR_BITS << 8 | GPA_WIDTH } },
};

/* Leaf 4 of a Sapphire Rapids, except for the sharing of caches: Intel SDM 2A, CPUID. */
#define CACHE_CORES 26
#define CACHE_WAYS  22
#define CACHE_LINE  63
#define DATA        (1 | 1 << 5 | BIT(8))
#define CODE        (2 | 1 << 5 | BIT(8))
#define UNIFIED_L2  (3 | 2 << 5 | BIT(8))

static const u32 caches[][CPUID_WORDS] = {
	{ DATA, 11 << CACHE_WAYS | CACHE_LINE, 63, 0 },
	{ CODE, 7 << CACHE_WAYS | CACHE_LINE, 63, 0 },
	{ UNIFIED_L2, 15 << CACHE_WAYS | CACHE_LINE, 2047, 0 },
};

/* Other leaves are the CPU's. */
static const struct cpuid_rule plain_rules[] = {
	{ 0x1, { ALL, ALL, ALL & ~MONITOR, ALL }, { 0, 0, ADDED_1_C, 0 } },
	{ 0x7, { ALL, ALL & ~TSC_ADJUST, ALL & ~LA57, ALL }, { 0 } },
	{ 0x80000001, { ALL, ALL, ALL & ~SVM, ALL }, { 0 } },
	{ LEAF_SVM, { 0 }, { 0 } },
};

/**
 * struct cpuid_known - a leaf that the TDX module answers
 * @leaf:     which
 * @subleafs: how many; 0: the subleaf does not matter
 */
struct cpuid_known {
	u32 leaf;
	u32 subleafs;
};

/* Intel TDX Module 1.5.01, cpuid_configurations.c, without the leaves that are "faulting". */
static const struct cpuid_known known[] = {
	{ 0x0, 0 }, { 0x1, 0 }, { 0x3, 0 }, { 0x4, 5 }, { 0x5, 0 }, { 0x7, 3 }, { 0x8, 0 },
	{ 0xa, 0 }, { 0xd, 19 }, { 0xe, 0 }, { 0x11, 0 }, { 0x12, 0 }, { 0x13, 0 },
	{ 0x14, 2 }, { LEAF_TSC, 0 }, { 0x19, 0 }, { 0x1c, 0 }, { 0x1d, 2 }, { 0x1e, 0 },
	{ 0x20, 0 }, { LEAF_TDX, 1 }, { 0x22, 0 }, { LEAF_LAST, 4 }, { LEAF_MAX, 0 },
	{ 0x80000001, 0 }, { 0x80000007, 0 }, { LEAF_LAST_EXTENDED, 0 },
};

/* A leaf above the last one gets the answer of the last leaf of the first range. */
static u32 in_range(u32 leaf)
{
	if (cpuid_is_of_host(leaf))
		return leaf;
	if (leaf > LEAF_LAST_EXTENDED || (leaf > LEAF_LAST && leaf < LEAF_MAX))
		return LEAF_LAST;
	return leaf;
}

bool cpuid_is_of_module(u32 leaf, u32 subleaf)
{
	size_t i;

	leaf = in_range(leaf);
	for (i = 0; i < ARRAY_SIZE(known); i++) {
		if (known[i].leaf == leaf)
			return !known[i].subleafs || subleaf < known[i].subleafs;
	}
	return false;
}

static const struct cpuid_rule *find(const struct cpuid_rule *rules, size_t count, u32 leaf)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (rules[i].leaf == leaf)
			return &rules[i];
	}
	return NULL;
}

static void apply(const struct cpuid_rule *rule, u32 words[CPUID_WORDS])
{
	u32 i;

	for (i = 0; i < CPUID_WORDS; i++)
		words[i] = (words[i] & rule->keep[i]) | rule->add[i];
}

/* The vendor's name is in EBX, EDX and ECX. */
static void put_name(const char *name, u32 words[CPUID_WORDS])
{
	memcpy(&words[CPUID_B], name, 4);
	memcpy(&words[CPUID_D], name + 4, 4);
	memcpy(&words[CPUID_C], name + 8, 4);
}

static void copy_bit(u32 *word, u32 bit, bool value)
{
	*word = (*word & ~bit) | (value ? bit : 0);
}

/* These bits reflect CR4, which is the hypervisor's while CPUID is executed here. */
static void put_cr4(const struct cpuid_view *view, u32 leaf, u32 subleaf, u32 words[CPUID_WORDS])
{
	if (leaf == LEAF_FEATURES)
		copy_bit(&words[CPUID_C], OSXSAVE, view->cr4 & CR4_OSXSAVE);
	if (leaf == LEAF_EXTENDED && !subleaf)
		copy_bit(&words[CPUID_C], OSPKE, view->cr4 & CR4_PKE);
}

/* The host of a trust domain chooses the CPU's identity. */
static void put_id(const struct cpuid_view *view, u32 leaf, u32 words[CPUID_WORDS])
{
	if (leaf == LEAF_FEATURES)
		words[CPUID_B] = (words[CPUID_B] & ~(~0U << INITIAL_ID)) | view->id << INITIAL_ID;
	if (leaf == CPUID_TOPOLOGY || leaf == CPUID_TOPOLOGY_V2)
		words[CPUID_D] = view->id;
}

/* A kernel without the topology leaves reads the number of cores here. */
static void put_cache(const struct cpuid_view *view, u32 subleaf, u32 words[CPUID_WORDS])
{
	if (subleaf >= ARRAY_SIZE(caches))
		return;
	memcpy(words, caches[subleaf], sizeof(caches[subleaf]));
	words[CPUID_A] |= (view->cpus - 1) << CACHE_CORES;
}

static void answer_td(const struct cpuid_view *view, u32 leaf, u32 subleaf,
		      u32 words[CPUID_WORDS])
{
	const struct cpuid_rule *rule;

	leaf = in_range(leaf);
	rule = find(td_rules, ARRAY_SIZE(td_rules), leaf);
	if (!rule || (leaf == LEAF_EXTENDED && subleaf)) {
		memset(words, 0, CPUID_WORDS * sizeof(*words));
		return;
	}
	apply(rule, words);
	if (leaf == 0 || leaf == LEAF_MAX)
		put_name("GenuineIntel", words);
	if (leaf == LEAF_TDX)
		put_name("IntelTDX    ", words);
	if (leaf == LEAF_TSC)
		words[CPUID_C] = view->tsc_hz;
	if (leaf == LEAF_CACHES)
		put_cache(view, subleaf, words);
	put_id(view, leaf, words);
}

void cpuid_answer(const struct cpuid_view *view, u32 leaf, u32 subleaf, u32 words[CPUID_WORDS])
{
	const struct cpuid_rule *rule;

	if (view->td) {
		answer_td(view, leaf, subleaf, words);
	} else {
		rule = find(plain_rules, ARRAY_SIZE(plain_rules), leaf);
		if (rule && (leaf != LEAF_EXTENDED || !subleaf))
			apply(rule, words);
	}
	put_cr4(view, leaf, subleaf, words);
}
