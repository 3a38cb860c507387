// SPDX-License-Identifier: GPL-2.0-only
/*
 * L1's RDMSR and WRMSR.
 *
 * Owns: which MSRs L1 accesses without an exit, and which the TDX module serves, or the CPU for
 * an ordinary guest. The host serves all others. Intel TDX Module Base Architecture
 * Specification, "MSR Virtualization".
 */
#include <asm/msr-index.h>

#include "apic/apic.h"
#include "base/base.h"
#include "base/machine.h"
#include "host/host.h"
#include "tdx/tdx.h"
#include "vcpu/exits.h"
#include "vcpu/l1.h"

/* The vulnerabilities that CPUs of this generation report not to have. */
#define ARCH_CAPABILITIES_OF_TD (BIT_ULL(0) | BIT_ULL(4) | BIT_ULL(5) | BIT_ULL(6) | \
				 BIT_ULL(8) | BIT_ULL(13) | BIT_ULL(14) | BIT_ULL(15) | \
				 BIT_ULL(26) | BIT_ULL(27))
/* Fast strings; branch trace and PEBS are unavailable. */
#define MISC_ENABLE_OF_TD (BIT_ULL(0) | BIT_ULL(11) | BIT_ULL(12))

/* SVM's map has three ranges with this number of MSRs, two bits for each. */
#define MAP_RANGE_MSRS  0x2000
#define MAP_RANGE_BYTES 0x800
#define MAP_READ        1
#define MAP_WRITE       2

#define EFER_OF_L1      (EFER_SCE | EFER_LME | EFER_LMA | EFER_NX)
#define CR0_PG          BIT_ULL(31)
#define VECTOR_MASK     0xffU
#define FIRST_LEGAL_VECTOR 16
#define MSR_PERF_CAPABILITIES 0x345

#define HOST_MSR_FIRST  0x40000000
#define HOST_MSR_LAST   0x4fffffff

/** struct msr_range - MSRs that a trust domain accesses without an exit */
static const struct msr_range {
	u32 first, last;
	u8 access;
} td_passed[] = {
	{ MSR_IA32_TSC, MSR_IA32_TSC, MAP_READ },
	{ MSR_IA32_SYSENTER_CS, MSR_IA32_SYSENTER_EIP, MAP_READ | MAP_WRITE },
	{ MSR_IA32_DEBUGCTLMSR, MSR_IA32_DEBUGCTLMSR, MAP_READ | MAP_WRITE },
	{ MSR_IA32_CR_PAT, MSR_IA32_CR_PAT, MAP_READ | MAP_WRITE },
	{ MSR_STAR, MSR_SYSCALL_MASK, MAP_READ | MAP_WRITE },
	{ MSR_FS_BASE, MSR_TSC_AUX, MAP_READ | MAP_WRITE },
};

/* MSRs that an ordinary guest does not access without an exit. */
static const struct msr_range plain_kept[] = {
	{ MSR_APIC_BASE, MSR_APIC_BASE, MAP_READ | MAP_WRITE },
	{ MSR_IA32_TSC, MSR_IA32_TSC, MAP_WRITE },
	{ MSR_IA32_TSC_DEADLINE, MSR_IA32_TSC_DEADLINE, MAP_READ | MAP_WRITE },
	{ APIC_MSR_FIRST, APIC_MSR_LAST, MAP_READ | MAP_WRITE },
	{ MSR_EFER, MSR_EFER, MAP_READ | MAP_WRITE },
	{ MSR_VM_CR, MSR_VM_HSAVE_PA, MAP_READ | MAP_WRITE },
};

/**
 * struct msr_gap - MSRs that a trust domain does not have: an access raises #GP
 * @first: the first of them
 * @last:  the last
 * @reads: a read raises it too
 */
static const struct msr_gap {
	u32 first, last;
	bool reads;
} td_gaps[] = {
	{ 0x8c, 0x8f, true }, { 0x98, 0x9b, true }, { 0x9e, 0x9e, true },
	{ 0xc1, 0xc8, true }, { 0xe1, 0xe1, true }, { 0x122, 0x122, true },
	{ 0x186, 0x18d, true }, { 0x195, 0x195, true }, { 0x1a6, 0x1a7, true },
	{ 0x1c4, 0x1c5, true }, { 0x276, 0x276, true }, { 0x309, 0x310, true },
	{ 0x329, 0x329, true }, { MSR_PERF_CAPABILITIES, MSR_PERF_CAPABILITIES, false },
	{ 0x38d, 0x392, true }, { 0x3f1, 0x3f2, true }, { 0x3f6, 0x3f7, true },
	{ 0x480, 0x492, false }, { 0x4c1, 0x4c8, true }, { 0x500, 0x500, true },
	{ 0x560, 0x561, true }, { 0x570, 0x572, true }, { 0x580, 0x587, true },
	{ 0x6a0, 0x6a0, true }, { 0x6a2, 0x6a2, true }, { 0x6a4, 0x6a8, true },
	{ 0x6e1, 0x6e1, true }, { 0x800, 0x801, true }, { 0x804, 0x807, true },
	{ 0x829, 0x82e, true }, { 0x831, 0x831, true }, { 0x840, 0x8ff, true },
	{ 0x985, 0x98a, true }, { 0xd90, 0xd90, true }, { 0xd93, 0xd93, true },
	{ 0x1200, 0x12ff, true }, { 0x14ce, 0x14cf, true }, { 0x1500, 0x16ff, true },
};

static bool is_gap(u32 msr, bool is_write)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(td_gaps); i++) {
		if (msr >= td_gaps[i].first && msr <= td_gaps[i].last)
			return is_write || td_gaps[i].reads;
	}
	return false;
}

static u32 map_bit(u32 msr)
{
	u32 range = msr < MAP_RANGE_MSRS ? 0 : msr < MSR_VM_CR - 0x114 ? 1 : 2;

	return range * MAP_RANGE_BYTES * 8 + msr % MAP_RANGE_MSRS * 2;
}

static void set_range(u8 *map, const struct msr_range *range, bool exits)
{
	u32 msr, bit;

	for (msr = range->first; msr <= range->last; msr++) {
		bit = map_bit(msr);
		if (exits)
			map[bit / 8] |= range->access << bit % 8;
		else
			map[bit / 8] &= ~(range->access << bit % 8);
	}
}

void msr_fill_permissions(u8 *map)
{
	size_t i;

	if (!options.td) {
		for (i = 0; i < ARRAY_SIZE(plain_kept); i++)
			set_range(map, &plain_kept[i], true);
		return;
	}
	memset(map, 0xff, SVM_MSRPM_BYTES);
	for (i = 0; i < ARRAY_SIZE(td_passed); i++)
		set_range(map, &td_passed[i], false);
}

/* Always in x2APIC mode, as in a trust domain. */
static u64 apic_base_of(const struct l1_cpu *l1)
{
	return 0xfee00000 | APIC_BASE_ENABLE | APIC_BASE_X2APIC |
		(l1->index ? 0 : APIC_BASE_BSP);
}

static enum msr_result read_apic(struct l1_cpu *l1, u32 msr, u64 *value)
{
	bool topology = tdx_module_has_topology();

	if (options.td && apic_owner(msr, false, topology) == APIC_OF_HOST)
		return MSR_OF_HOST;
	return l1_apic_read(l1, msr, value) ? MSR_DONE : MSR_REFUSED;
}

/* VMX's virtual APIC checks the value (Intel SDM 3C, "x2APIC Virtualization"). */
static bool is_reserved(u32 msr, u64 value)
{
	return value > (msr == APIC_MSR_FIRST + APIC_EOI ? 0 : VECTOR_MASK);
}

static enum msr_result write_apic(struct l1_cpu *l1, u32 msr, u64 value)
{
	bool topology = tdx_module_has_topology();

	if (options.td && apic_owner(msr, true, topology) == APIC_OF_HOST)
		return MSR_OF_HOST;
	if (options.td && is_reserved(msr, value))
		return MSR_REFUSED;
	if (options.td && msr == APIC_MSR_FIRST + APIC_SELF_IPI && value < FIRST_LEGAL_VECTOR)
		return MSR_IS_APIC_WRITE;
	return l1_apic_write(l1, msr, value) ? MSR_DONE : MSR_REFUSED;
}

static enum msr_result read_of_td(u32 msr, u64 *value)
{
	switch (msr) {
	case MSR_IA32_UCODE_REV:
		*value = 0;
		return MSR_DONE;
	case MSR_IA32_ARCH_CAPABILITIES:
		*value = ARCH_CAPABILITIES_OF_TD;
		return MSR_DONE;
	case MSR_IA32_MISC_ENABLE:
		*value = MISC_ENABLE_OF_TD;
		return MSR_DONE;
	case MSR_PERF_CAPABILITIES:
		*value = 0;
		return MSR_DONE;
	default:
		return tdx_module_rdmsr(msr, value) ? MSR_OF_HOST : MSR_DONE;
	}
}

static enum msr_result read_msr(struct l1_cpu *l1, u32 msr, u64 *value)
{
	switch (msr) {
	case MSR_EFER:
		*value = l1->vmcb->efer & ~EFER_SVME;
		return MSR_DONE;
	case MSR_APIC_BASE:
		*value = apic_base_of(l1);
		return MSR_DONE;
	case MSR_IA32_TSC_DEADLINE:
		*value = timer_read_deadline(l1);
		return MSR_DONE;
	case APIC_MSR_FIRST ... APIC_MSR_LAST:
		return read_apic(l1, msr, value);
	case HOST_MSR_FIRST ... HOST_MSR_LAST:
		if (options.td)
			return MSR_OF_HOST;
		return host_read_msr(l1, msr, value) ? MSR_DONE : MSR_REFUSED;
	default:
		return options.td ? read_of_td(msr, value) : MSR_REFUSED;
	}
}

/* A trust domain can change only SCE (Intel TDX Module 1.5.01, td_msr_access.c). */
static enum msr_result write_efer_of_td(struct l1_cpu *l1, u64 value)
{
	u64 now = l1->vmcb->efer & ~EFER_SVME;

	if ((value ^ now) & ~(EFER_SCE | EFER_LMA))
		return MSR_OF_HOST;
	l1->vmcb->efer = (l1->vmcb->efer & ~EFER_SCE) | (value & EFER_SCE);
	return MSR_DONE;
}

/* A value that VMRUN would refuse is a #GP, as is a change of mode while paging is on. */
static enum msr_result write_efer(struct l1_cpu *l1, u64 value)
{
	bool paging = l1->vmcb->cr0 & CR0_PG;

	if (options.td)
		return write_efer_of_td(l1, value);
	if (value & ~EFER_OF_L1)
		return MSR_REFUSED;
	if (paging && ((value ^ l1->vmcb->efer) & EFER_LME))
		return MSR_REFUSED;
	l1->vmcb->efer = (value & ~EFER_LMA) | (l1->vmcb->efer & EFER_LMA) | EFER_SVME;
	return MSR_DONE;
}

static enum msr_result write_msr(struct l1_cpu *l1, u32 msr, u64 value)
{
	switch (msr) {
	case MSR_EFER:
		return write_efer(l1, value);
	case MSR_APIC_BASE:
		if (options.td)
			return MSR_OF_HOST;
		return value == apic_base_of(l1) ? MSR_DONE : MSR_REFUSED;
	case MSR_IA32_TSC_DEADLINE:
		timer_write_deadline(l1, value);
		return MSR_DONE;
	case APIC_MSR_FIRST ... APIC_MSR_LAST:
		return write_apic(l1, msr, value);
	case HOST_MSR_FIRST ... HOST_MSR_LAST:
		if (options.td)
			return MSR_OF_HOST;
		return host_write_msr(l1, msr, value) ? MSR_DONE : MSR_REFUSED;
	case MSR_IA32_UCODE_REV:
		return MSR_DONE;
	default:
		return options.td ? MSR_OF_HOST : MSR_REFUSED;
	}
}

enum msr_result msr_handle(struct l1_cpu *l1, bool is_write)
{
	u32 msr = l1->regs[GPR_RCX];
	enum msr_result result;
	u64 value = 0;

	if (options.td && is_gap(msr, is_write))
		return MSR_REFUSED;
	if (is_write)
		return write_msr(l1, msr, (u32)l1->vmcb->rax | l1->regs[GPR_RDX] << 32);
	result = read_msr(l1, msr, &value);
	if (result == MSR_DONE) {
		l1->vmcb->rax = (u32)value;
		l1->regs[GPR_RDX] = value >> 32;
	}
	return result;
}
