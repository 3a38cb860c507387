// SPDX-License-Identifier: GPL-2.0-only
/*
 * The dispatch of TDCALLs to leaves.
 *
 * Owns: the decoding of RAX, and the leaves that fit in a few lines. Must not know: how the
 * others work.
 */
#include <linux/errno.h>
#include <linux/types.h>

#include <asm/msr-index.h>
#include <asm/processor-flags.h>

#include "base/machine.h"
#include "tdx/l2/l2.h"
#include "tdx/tdx.h"
#include "vcpu/l1.h"

#define LEAF        GENMASK_ULL(15, 0)
#define VERSION     GENMASK_ULL(23, 16)
#define NO_FIELD    (~0ULL)
#define FAILED      BIT_ULL(63)
#define RESERVED    (GENMASK_ULL(63, 32) | GENMASK_ULL(31, 24))

#define SYS_RD_AVAILABLE BIT_ULL(0)

#define GLA_LIST      BIT_ULL(0)
#define GLA_VM        GENMASK_ULL(53, 52)
#define GLA_VM_SHIFT  52
#define GLA_ADDRESS   GENMASK_ULL(63, 12)
/* INVVPID's check depends on the CPU alone: with TDX, it has linear addresses of 57 bits. */
#define GLA_CANONICAL 56
#define GLA_FOLLOWING GENMASK_ULL(11, 0)

#define GLA_LIST_FIRST    GENMASK_ULL(8, 0)
#define GLA_LIST_ADDRESS  GENMASK_ULL(51, 12)
#define GLA_LIST_RESERVED (GENMASK_ULL(63, 62) | GENMASK_ULL(11, 9))
#define GLA_LIST_MAX      512

static void vp_info(struct tdcall_regs *regs)
{
	regs->rcx = TDX_GPA_WIDTH;
	regs->rdx = TDX_ATTRIBUTES;
	regs->r8 = l1_count | (u64)l1_count << 32;
	regs->r9 = l1_here()->index;
	regs->r10 = SYS_RD_AVAILABLE;
	regs->r11 = 0;
	regs->rax = TDX_SUCCESS;
}

/* Every entry flushes the TLB, so the operands are only checked and counted. */
static void vp_invept(struct tdcall_regs *regs)
{
	unsigned int vms = metadata_l2_vms(), vm;
	u64 known = vms ? GENMASK_ULL(vms, 1) : 0;

	if (regs->rcx & ~known) {
		regs->rax = TDX_OPERAND_INVALID | TDX_OPERAND_RCX;
		return;
	}
	for (vm = 1; vm <= vms; vm++) {
		if (regs->rcx & BIT(vm))
			l2_cpu_here()->stats.invalidated[vm]++;
	}
	regs->rax = TDX_SUCCESS;
}

static bool is_canonical(u64 address)
{
	s64 high = (s64)address >> GLA_CANONICAL;

	return high == 0 || high == -1;
}

/* An entry names a page and how many follow it: checking both ends is enough. */
static u64 invalidate_entry(u64 entry)
{
	u64 first = entry & GLA_ADDRESS, last = first + (entry & GLA_FOLLOWING) * PAGE_SIZE;

	if (!is_canonical(first) || !is_canonical(last))
		return TDX_GLA_NOT_CANONICAL;
	return TDX_SUCCESS;
}

/* L1 may write to the list at the same time, so each entry is read only once. */
static u64 invalidate_list(struct tdcall_regs *regs)
{
	u64 first = regs->rdx & GLA_LIST_FIRST, count = regs->rdx >> 52, place, end, status;
	const u64 *entries;

	if ((regs->rdx & GLA_LIST_RESERVED) || first + count > GLA_LIST_MAX)
		return TDX_OPERAND_INVALID | TDX_OPERAND_RDX;
	place = regs->rdx & GLA_LIST_ADDRESS;
	entries = gpa_is_private(place) ? ram_at(place) : NULL;
	if (!entries)
		return TDX_OPERAND_INVALID | TDX_OPERAND_RDX;
	for (end = first + count; first < end; first++) {
		status = invalidate_entry(READ_ONCE(entries[first]));
		if (status)
			return status;
	}
	/* All are done. The index of the first entry wraps around after the last one. */
	regs->rdx = place | (end & GLA_LIST_FIRST);
	return TDX_SUCCESS;
}

static void vp_invgla(struct tdcall_regs *regs)
{
	unsigned int vm = regs->rcx >> GLA_VM_SHIFT & 3;

	if ((regs->rcx & ~(GLA_LIST | GLA_VM)) || !vm || vm > metadata_l2_vms())
		regs->rax = TDX_OPERAND_INVALID | TDX_OPERAND_RCX;
	else if (regs->rcx & GLA_LIST)
		regs->rax = invalidate_list(regs);
	else
		regs->rax = invalidate_entry(regs->rdx);
}

/* No service TD is bound. tdg_servtd_rd_wr() of Intel's module sets its default outputs first. */
static void refuse_service_td(struct tdcall_regs *regs)
{
	if ((regs->rax & LEAF) == TDX_SERVTD_RD)
		regs->rdx = NO_FIELD;
	regs->r8 = 0;
	regs->rax = TDX_OPERAND_INVALID | TDX_OPERAND_RCX;
}

/* VM.RD checks its version itself. */
static bool is_well_formed(u64 rax)
{
	if (rax & RESERVED)
		return false;
	return !(rax & VERSION) || (rax & LEAF) == TDX_VM_RD;
}

/* After a failed read, there is no next field; after a failed read or write, no value. */
static void forget_outputs(struct tdcall_regs *regs, u64 asked)
{
	switch (asked & LEAF) {
	case TDX_VM_RD:
		if (!(asked & VERSION))
			break;
		fallthrough;
	case TDX_VP_RD:
	case TDX_SYS_RD:
		regs->rdx = NO_FIELD;
		break;
	}
	regs->r8 = 0;
}

static void call_field_leaf(struct tdcall_regs *regs)
{
	u64 asked = regs->rax;

	switch (asked & LEAF) {
	case TDX_VM_RD:
		metadata_vm_rd(regs);
		break;
	case TDX_VM_WR:
		metadata_vm_wr(regs);
		break;
	case TDX_VP_RD:
		metadata_vp_rd(regs);
		break;
	case TDX_VP_WR:
		metadata_vp_wr(regs);
		break;
	case TDX_SYS_RD:
		metadata_sys_rd(regs);
		break;
	}
	if (regs->rax & FAILED)
		forget_outputs(regs, asked);
}

static void call_leaf(struct l2_cpu *cpu, struct tdcall_regs *regs)
{
	/* VP.ENTER is tested first, since its speed matters. */
	if (likely((regs->rax & LEAF) == TDX_VP_ENTER)) {
		tdx_vp_enter(cpu, regs);
		return;
	}
	switch (regs->rax & LEAF) {
	case TDX_VP_INFO:
		return vp_info(regs);
	case TDX_VM_RD ... TDX_SYS_RD:
		return call_field_leaf(regs);
	case TDX_SERVTD_RD:
	case TDX_SERVTD_WR:
		return refuse_service_td(regs);
	case TDX_MEM_PAGE_ATTR_RD:
		return memory_attr_rd(regs);
	case TDX_MEM_PAGE_ATTR_WR:
		return memory_attr_wr(regs);
	case TDX_VP_INVEPT:
		return vp_invept(regs);
	case TDX_VP_INVGLA:
		return vp_invgla(regs);
	default:
		regs->rax = TDX_OPERAND_INVALID | TDX_OPERAND_RAX;
	}
}

static void call_checked(struct l2_cpu *cpu, struct tdcall_regs *regs)
{
	if (!is_well_formed(regs->rax)) {
		regs->rax = TDX_OPERAND_INVALID | TDX_OPERAND_RAX;
		return;
	}
	if (hooks_want_calls(&cpu->hooks) && hook_takes_call(cpu, regs))
		return;
	call_leaf(cpu, regs);
}

/* Bits of CR4 that each 64-bit CPU has: VME to OSXMMEXCPT. */
#define CR4_ALWAYS	GENMASK_ULL(10, 0)

/* The other bits, and where CPUID reports them: the leaf, the register, the bit. */
static const struct cr4_bit {
	u8 bit, leaf, reg, feature;
} cr4_bits[] = {
	{ 11, 7, 2, 2 },	/* UMIP */
	{ 12, 7, 2, 16 },	/* LA57 */
	{ 16, 7, 1, 0 },	/* FSGSBASE */
	{ 17, 1, 2, 17 },	/* PCIDE */
	{ 18, 1, 2, 26 },	/* OSXSAVE */
	{ 20, 7, 1, 7 },	/* SMEP */
	{ 21, 7, 1, 20 },	/* SMAP */
	{ 22, 7, 2, 3 },	/* PKE */
	{ 23, 7, 2, 7 },	/* CET */
};

/*
 * IA32_VMX_CR4_FIXED1: the bits that may be set in the CR4 of an L2 VM. VMXE is one of them, since
 * the module sets it: calc_virt_ia32_vmx_cr4_fixed() of Intel's virt_msr_helpers.h.
 */
static u64 cr4_fixed1(void)
{
	u64 value = CR4_ALWAYS | X86_CR4_VMXE;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cr4_bits); i++) {
		struct cpuid_words words = machine_cpuid(cr4_bits[i].leaf, 0);
		u32 regs[] = { words.a, words.b, words.c, words.d };

		if (regs[cr4_bits[i].reg] & BIT(cr4_bits[i].feature))
			value |= BIT_ULL(cr4_bits[i].bit);
	}
	return value;
}

int tdx_module_rdmsr(u32 msr, u64 *value)
{
	if (msr != MSR_IA32_VMX_CR4_FIXED1)
		return -EIO;
	*value = cr4_fixed1();
	return 0;
}

void tdx_module_call(struct tdcall_regs *regs)
{
	call_checked(l2_cpu_here(), regs);
}
