// SPDX-License-Identifier: GPL-2.0-only
/*
 * TDCALL itself: which registers the host sees of a TDG.VP.VMCALL, and which come back.
 *
 * The expectations are those of Intel's TDX module TDX_1.5.01:
 * src/td_dispatcher/vm_exits/tdg_vp_vmcall.c, copy_gprs_data_from_td_to_vmm(), for the way
 * there; src/td_transitions/tdh_vp_enter.c, save_regs_after_tdvmcall(), for the way back;
 * tdx_td_dispatcher.c, td_call(), for leaves that there are not. What the host does with
 * them is GHCI 3's.
 */
#include "bare.h"

#define PATTERN     0x5a5a5a5a00000000ULL
#define GUEST_OS_ID 0x40000000ULL
#define SINT_5      0x40000095ULL
#define SINT_MASKED BIT_ULL(16)
/* GHCI 1.5, "TDG.VP.VMCALL<Instruction.WRMSR>". */
#define INVALID_OPERAND BIT_ULL(63)
/* All registers but RAX, RCX and RSP. */
#define MASK_ALL    0xffecULL

#define CR4_OSFXSR  BIT(9)

static u64 regs[REGS];

static void fill(void)
{
	u32 i;

	for (i = 0; i < REGS; i++)
		regs[i] = PATTERN + i;
	regs[RAX] = TDG_VMCALL;
}

static void check_kept(u64 but)
{
	u32 i;

	for (i = RDX; i < REGS; i++) {
		if (i != RSP && !(but & BIT_ULL(i)))
			CHECK(regs[i], PATTERN + i);
	}
}

static void set_id(u64 value)
{
	CHECK(tdvmcall(VMCALL_WRMSR, GUEST_OS_ID, value, 0, 0, NULL), 0);
}

static u64 get_id(void)
{
	u64 value;

	CHECK(tdvmcall(VMCALL_RDMSR, GUEST_OS_ID, 0, 0, 0, &value), 0);
	return value;
}

static void row_vmcall_the_host_sees_what_is_named(void)
{
	fill();
	regs[RCX] = BIT_ULL(R10) | BIT_ULL(R11) | BIT_ULL(R12) | BIT_ULL(R13);
	regs[R10] = 0;
	regs[R11] = VMCALL_WRMSR;
	regs[R12] = GUEST_OS_ID;
	CHECK(tdcall(regs), 0);
	CHECK(regs[R10], 0);
	CHECK(get_id(), PATTERN + R13);
}

static void row_vmcall_the_host_sees_0_of_all_others(void)
{
	set_id(1);
	fill();
	regs[RCX] = BIT_ULL(R10) | BIT_ULL(R11) | BIT_ULL(R12);
	regs[R10] = 0;
	regs[R11] = VMCALL_WRMSR;
	regs[R12] = GUEST_OS_ID;
	CHECK(tdcall(regs), 0);
	CHECK(regs[R10], 0);
	CHECK(regs[R13], PATTERN + R13);
	CHECK(get_id(), 0);
}

/* GHCI 3.9: the value of RDMSR comes in R11. */
static void row_vmcall_what_is_not_named_comes_back_unchanged(void)
{
	set_id(77);
	fill();
	regs[RCX] = BIT_ULL(R10) | BIT_ULL(R11) | BIT_ULL(R12);
	regs[R10] = 0;
	regs[R11] = VMCALL_RDMSR;
	regs[R12] = GUEST_OS_ID;
	CHECK(tdcall(regs), 0);
	CHECK(regs[R11], 77);
	check_kept(BIT_ULL(R10) | BIT_ULL(R11) | BIT_ULL(R12));
	CHECK(regs[RCX], BIT_ULL(R10) | BIT_ULL(R11) | BIT_ULL(R12));
}

static void row_vmcall_passes_all_that_can_be_named(void)
{
	fill();
	regs[RCX] = MASK_ALL;
	regs[R10] = 0;
	regs[R11] = VMCALL_WRMSR;
	regs[R12] = GUEST_OS_ID;
	CHECK(tdcall(regs), 0);
	CHECK(regs[R10], 0);
	/* The host changes only these three. */
	check_kept(BIT_ULL(R10) | BIT_ULL(R11) | BIT_ULL(R12));
}

static void row_vmcall_passes_only_what_is_named(void)
{
	fill();
	regs[RCX] = 0;
	CHECK(tdcall(regs), 0);
	check_kept(0);
}

static void row_vmcall_refuses_each_bit_that_may_not_be_named(void)
{
	u32 bit;

	for (bit = 0; bit < 64; bit++) {
		if (bit != RAX && bit != RCX && bit != RSP && bit < 32)
			continue;
		fill();
		regs[RCX] = MASK_USUAL | BIT_ULL(bit);
		CHECK(tdcall(regs), OPERAND_INVALID(RCX));
		CHECK(regs[RCX], MASK_USUAL | BIT_ULL(bit));
		check_kept(0);
	}
}

/*
 * TLFS, "SINTx Registers": valid vectors are 16 to 255. That a masked source needs none is assumed
 * from its default value.
 */
static void row_vmcall_refuses_a_sint_with_an_invalid_vector(void)
{
	CHECK(tdvmcall(VMCALL_WRMSR, SINT_5, 15, 0, 0, NULL), INVALID_OPERAND);
	CHECK(tdvmcall(VMCALL_WRMSR, SINT_5, 16, 0, 0, NULL), 0);
	CHECK(tdvmcall(VMCALL_WRMSR, SINT_5, SINT_MASKED, 0, 0, NULL), 0);
}

/* MOVQ XMM0, R8; TDCALL; MOVQ R9, XMM0. */
static const u8 around_xmm[] = {
	0x66, 0x49, 0x0f, 0x6e, 0xc0, 0x66, 0x0f, 0x01, 0xcc, 0x66, 0x49, 0x0f, 0x7e, 0xc1,
};

static void row_vmcall_may_name_xmm_registers(void)
{
	u64 cr4;

	asm volatile("movq %%cr4, %0" : "=r" (cr4));
	asm volatile("movq %0, %%cr4" : : "r" (cr4 | CR4_OSFXSR));
	fill();
	regs[RCX] = MASK_USUAL;
	regs[R10] = 0;
	regs[R11] = VMCALL_INFO;
	regs[R12] = 0;
	CHECK(execute(around_xmm, sizeof(around_xmm), regs), NO_TRAP);
	CHECK(regs[RAX], 0);
	CHECK(regs[R9], PATTERN + R8);
	asm volatile("movq %0, %%cr4" : : "r" (cr4));
}

static bool is_leaf(u32 leaf)
{
	/*
	 * These are all leaves of td_call(), though this emulation lacks those for service TDs and
	 * reports.
	 */
	return leaf <= 12 || (leaf >= 18 && leaf <= 27);
}

static void row_tdcall_refuses_undefined_leaves(void)
{
	u32 leaf;

	for (leaf = 0; leaf < 0x10000 && !row_failed; leaf++) {
		if (is_leaf(leaf))
			continue;
		fill();
		regs[RAX] = leaf;
		CHECK(tdcall(regs), OPERAND_INVALID(RAX));
		CHECK(regs[RCX], PATTERN + RCX);
		check_kept(0);
	}
}

/* Only VM.RD has a version 1; bits 31:24 and 63:32 are reserved. */
static void row_tdcall_refuses_reserved_bits_of_rax(void)
{
	static const u32 leaves[] = {
		TDG_VMCALL, TDG_VP_INFO, TDG_RTMR_EXTEND, TDG_VEINFO_GET, TDG_REPORT,
		TDG_CPUIDVE_SET, TDG_PAGE_ACCEPT, TDG_VM_WR, TDG_VP_RD, TDG_SYS_RD, TDG_ATTR_RD,
	};
	u32 i, bit;

	for (i = 0; i < ARRAY_SIZE(leaves); i++) {
		for (bit = 16; bit < 64; bit++) {
			fill();
			regs[RAX] = leaves[i] | BIT_ULL(bit);
			CHECK(tdcall(regs), OPERAND_INVALID(RAX));
			check_kept(0);
		}
	}
}

/* These prefixes have no meaning for TDCALL. */
static void row_tdcall_ignores_prefixes(void)
{
	static const u8 code[] = { 0x2e, 0x66, 0x0f, 0x01, 0xcc, 0x48, 0xff, 0xc3 };

	fill();
	regs[RAX] = TDG_VP_INFO;
	CHECK(execute(code, sizeof(code), regs), NO_TRAP);
	CHECK(regs[RAX], 0);
	CHECK(regs[RBX], PATTERN + RBX + 1);
}

const struct row call_rows[] = {
	ROW(row_vmcall_the_host_sees_what_is_named),
	ROW(row_vmcall_the_host_sees_0_of_all_others),
	ROW(row_vmcall_what_is_not_named_comes_back_unchanged),
	ROW(row_vmcall_passes_all_that_can_be_named),
	ROW(row_vmcall_passes_only_what_is_named),
	ROW(row_vmcall_refuses_each_bit_that_may_not_be_named),
	ROW(row_vmcall_refuses_a_sint_with_an_invalid_vector),
	ROW(row_vmcall_may_name_xmm_registers),
	ROW(row_tdcall_refuses_undefined_leaves),
	ROW(row_tdcall_refuses_reserved_bits_of_rax),
	ROW(row_tdcall_ignores_prefixes),
};

const u32 call_count = ARRAY_SIZE(call_rows);
