// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * TDG.VP.ENTER itself: its checks, its outputs, and how it ends; and the decoding of a TDCALL.
 *
 * The expected results follow Intel's TDX module, release TDX_1.5.01. The rows of 1.1 are those of
 * td_call() in src/td_dispatcher/tdx_td_dispatcher.c; of 2.3 and 10.5.12, tdg_vp_enter() in
 * src/td_transitions/tdg_vp_enter.c; of 2.4, write_l2_enter_outputs() and
 * td_l2_to_l1_exit_internal() in td_exit.c of the same folder; of 2.5, td_l2_interrupt_exit() in
 * src/td_dispatcher/vm_exits_l2/td_l2_interrupt.c and set_l2_to_l1_async_exit_gprs() in
 * src/td_transitions/tdh_vp_enter.c.
 */
#include <cpuid.h>
#include <string.h>

#include "tdx.h"

#define RAX_OPERAND 0
#define RCX_OPERAND 1
#define RDX_OPERAND 2
#define VAPIC_OPERAND 170

#define CPUID_TDX     0x21
#define CPUID_TDX_EBX 0x65746e49	/* "Inte" of "IntelTDX    " */
#define CPUID_WIDTH   0x80000008

static uint64_t enter_with(uint64_t rcx, uint64_t rdx)
{
	return tdcall(VP_ENTER, rcx, rdx, 0, 0);
}

/* The same; it is repeated if a timer interrupt of L1 was pending first. */
static uint64_t enter_unless_pending(uint64_t rcx, uint64_t rdx)
{
	uint64_t status;

	do
		status = enter_with(rcx, rdx);
	while (status == PENDING);
	return status;
}

static void row_1_1_unknown_leaf_is_operand_invalid_rax(void **state)
{
	check_hex(tdcall(99, 0, 0, 0, 0), INVALID | RAX_OPERAND);
	check_hex(tdcall(0xffff, 0, 0, 0, 0), INVALID | RAX_OPERAND);
}

static void row_1_1_reserved_rax_bits_are_operand_invalid_rax(void **state)
{
	unsigned int bit;

	for (bit = 24; bit < 64; bit++)
		check_hex(tdcall(VP_INFO | 1ULL << bit, 0, 0, 0, 0), INVALID | RAX_OPERAND);
}

static void row_1_1_version_1_is_vm_rds_alone(void **state)
{
	check_hex(tdcall(VP_ENTER | 1 << 16, VM_1, page_gpa(PAGE_STATE), 0, 0),
		  INVALID | RAX_OPERAND);
	check_hex(tdcall(VM_RD | 1 << 16, 0, 0x9010000100000005ULL, 0, 0), 0);
}

/*
 * In a trust domain, physical addresses have the same width on every machine. If L1 is not a
 * trust domain, the emulated module has the smaller of TDX's two widths.
 */
static uint64_t gpa_width(void)
{
	unsigned int a, b, c, d;

	if (!__get_cpuid_count(CPUID_TDX, 0, &a, &b, &c, &d) || b != CPUID_TDX_EBX)
		return 48;
	__cpuid(CPUID_WIDTH, a, b, c, d);
	return a & 0xff;
}

static void row_1_2_vp_info_describes_the_vcpu(void **state)
{
	struct lab_tdx_regs *regs = &l2.call.regs;

	check_hex(tdcall(VP_INFO, 0, 0, 0, 0), 0);
	check_hex(regs->rcx & 0x3f, gpa_width());
	check_hex(regs->r9, l2.cpu);
	check((uint32_t)regs->r8 > l2.cpu, "%u VCPUs", (uint32_t)regs->r8);
	check(regs->r8 >> 32 >= (uint32_t)regs->r8, "fewer at most than now");
	check_hex(regs->r10, 1);
}

static void row_1_2_invept_accepts_only_vm_1(void **state)
{
	check_hex(tdcall(INVEPT, 2, 0, 0, 0), 0);
	check_hex(tdcall(INVEPT, 1, 0, 0, 0), INVALID | RCX_OPERAND);
	check_hex(tdcall(INVEPT, 4, 0, 0, 0), INVALID | RCX_OPERAND);
}

static void row_1_2_invgla_checks_its_operands(void **state)
{
	check_hex(tdcall(INVGLA, VM_1, 0x400000, 0, 0), 0);
	check_hex(tdcall(INVGLA, 0, 0x400000, 0, 0), INVALID | RCX_OPERAND);
	check_hex(tdcall(INVGLA, 2 * VM_1, 0x400000, 0, 0), INVALID | RCX_OPERAND);
	check_hex(tdcall(INVGLA, VM_1 | 2, 0x400000, 0, 0), INVALID | RCX_OPERAND);
	check_hex(tdcall(INVGLA, VM_1, 0x8000000000000000ULL, 0, 0), STATUS(0xC0001160));
}

static void row_1_3_operand_busy_can_be_injected(void **state)
{
	hook_status(2, VP_RD, BUSY);
	check_hex(tdcall(VP_INFO, 0, 0, 0, 0), 0);
	check_hex(tdcall(VP_RD, 0, FIELD_VCPU_INDEX, 0x55, 0), BUSY);
	check_hex(l2.call.regs.r8, 0x55);
	check_hex(tdcall(VP_RD, 0, FIELD_VCPU_INDEX, 0, 0), BUSY);
	check_hex(field_get(FIELD_VCPU_INDEX), l2.cpu);
}

static void row_1_3_an_error_status_can_be_injected(void **state)
{
	hook_status(1, LAB_TDX_ANY_LEAF, STATUS(0xC0000B0F));
	check_hex(l2_enter(), STATUS(0xC0000B0F));
	l2_expect(18);
}

static void row_2_3_1_misaligned_buffer_is_operand_invalid_rdx(void **state)
{
	unsigned int bit;

	for (bit = 0; bit < 8; bit++)
		check_hex(enter_with(VM_1, page_gpa(PAGE_STATE) | 1 << bit),
			  INVALID | RDX_OPERAND);
}

static void row_2_3_1_shared_or_too_wide_buffer_is_operand_invalid_rdx(void **state)
{
	unsigned int bit;

	for (bit = 47; bit < 64; bit++)
		check_hex(enter_with(VM_1, page_gpa(PAGE_STATE) | 1ULL << bit),
			  INVALID | RDX_OPERAND);
}

static void row_2_3_1_aligned_inside_a_page_is_accepted(void **state)
{
	memcpy(page_at(PAGE_STATE) + 512, l2.state, sizeof(*l2.state));
	while (enter_with(VM_1, page_gpa(PAGE_STATE) + 512) >> 32)
		check(l2.call.regs.rax >> 63 == 0, "refused");
	check_hex(l2.call.regs.rax, 18);
}

static void row_2_3_2_absent_vm_is_operand_invalid_rcx(void **state)
{
	check_hex(enter_with(0, page_gpa(PAGE_STATE)), INVALID | RCX_OPERAND);
	check_hex(enter_with(2 * VM_1, page_gpa(PAGE_STATE)), INVALID | RCX_OPERAND);
	check_hex(enter_with(3 * VM_1, page_gpa(PAGE_STATE)), INVALID | RCX_OPERAND);
}

static void row_2_3_2_reserved_flags_are_operand_invalid_rcx(void **state)
{
	unsigned int bit;

	for (bit = 2; bit < 64; bit++)
		if (bit != 52 && bit != 53)
			check_hex(enter_with(VM_1 | 1ULL << bit, page_gpa(PAGE_STATE)),
				  INVALID | RCX_OPERAND);
}

static void row_2_3_3_virtual_apic_never_set_is_operand_invalid_170(void **state)
{
	check_hex(enter_with(VM_1, page_gpa(PAGE_STATE)), INVALID | VAPIC_OPERAND);
}

static void row_2_3_4_pending_interrupt_is_1120(void **state)
{
	l2.flags = LAB_TDX_CALL_PENDING;
	check_hex(l2_enter(), PENDING);
	check_hex(l2.call.before, 0);
	check_hex(l2.call.after, 1);
	l2_expect(18);
}

static void row_2_3_4_pending_of_no_higher_class_does_not_count(void **state)
{
	struct lab_tdx_stats before = l2_stats(), after;

	/* L1's own TPR is 0x10: this interrupt stays pending, and has no effect. */
	l2.vector = 0x1f;
	l2.flags = LAB_TDX_CALL_PENDING;
	l2_expect(18);
	l2_expect(18);
	after = l2_stats();
	check_hex(after.entered > before.entered + 1, 1);
}

static void row_2_3_6_buffer_outside_memory_is_refused(void **state)
{
	/* On TDX the entry would exit to the host repeatedly; here RDX is refused. */
	check_hex(enter_unless_pending(VM_1, 0xfee00000), INVALID | RDX_OPERAND);
	check_hex(enter_unless_pending(VM_1, 0x7ffffffff000), INVALID | RDX_OPERAND);
	check_hex(enter_unless_pending(VM_1, 0), INVALID | RDX_OPERAND);
}

static void row_2_3_7_each_invalidation_is_accepted(void **state)
{
	unsigned int kind;

	for (kind = 0; kind < 4; kind++) {
		while (enter_with(VM_1 | kind, page_gpa(PAGE_STATE)) >> 32)
			check(l2.call.regs.rax >> 63 == 0, "invalidation %u is refused", kind);
		check_hex(l2.call.regs.rax, 18);
	}
}

static void row_2_3_8_bad_state_is_a_failed_entry(void **state)
{
	l2.state->rflags = 0;
	check_hex(l2_run(), 0x80000021);
	check_hex(l2.state->rip, ENTRY(GUEST_VMCALL));
	l2.state->rflags = 2 | 1ULL << 40;
	check_hex(l2_run(), 0x80000021);
}

static void row_2_3_8_modes_that_contradict_are_a_failed_entry(void **state)
{
	field_set_masked(FIELD(F_ENTRY_CONTROLS), 0, 0x200);
	check_hex(l2_run(), 0x80000021);
	field_set_masked(FIELD(F_ENTRY_CONTROLS), 0x200, 0x200);
	l2_expect(18);
}

static void row_10_5_12_operands_are_checked_in_order(void **state)
{
	l2.flags = LAB_TDX_CALL_PENDING;
	check_hex(enter_with(0, page_gpa(PAGE_STATE) + 1), INVALID | RDX_OPERAND);
	l2.flags = LAB_TDX_CALL_PENDING;
	check_hex(enter_with(0, page_gpa(PAGE_STATE)), INVALID | RCX_OPERAND);
	l2.flags = LAB_TDX_CALL_PENDING;
	check_hex(enter_with(VM_1, page_gpa(PAGE_STATE)), INVALID | VAPIC_OPERAND);
	field_set(FIELD(F_VAPIC), page_gpa(PAGE_VAPIC));
	l2.flags = LAB_TDX_CALL_PENDING;
	check_hex(enter_with(VM_1, page_gpa(PAGE_STATE)), PENDING);
}

static void row_10_5_12_failing_checks_change_rax_alone(void **state)
{
	struct lab_tdx_regs regs, before;

	memset(&regs, 0x5a, sizeof(regs));
	regs.rax = VP_ENTER;
	regs.rdx = page_gpa(PAGE_STATE) + 1;
	before = regs;
	before.rax = tdcall_regs(&regs);
	check_hex(before.rax, INVALID | RDX_OPERAND);
	assert_memory_equal(&regs, &before, sizeof(regs));
}

static void row_2_4_registers_that_are_always_zero(void **state)
{
	struct lab_tdx_regs regs;

	do {
		memset(&regs, 0x5a, sizeof(regs));
		regs.rax = VP_ENTER;
		regs.rcx = VM_1;
		regs.rdx = page_gpa(PAGE_STATE);
	} while (tdcall_regs(&regs) >> 32);
	check_hex(regs.rbx, 0);
	check_hex(regs.r13, 0);
	check_hex(regs.r14, 0);
	check_hex(regs.r15, 0);
	check_hex(regs.r9, 0);
	check_hex(regs.r10 & 1u << 31, 0);
}

static void row_2_4_rsi_and_rdi_are_the_code_segment(void **state)
{
	l2_expect(18);
	check_hex(l2.call.regs.rsi, 0xffffffffa09b0008ULL);
	check_hex(l2.call.regs.rdi, 0);
}

static void row_2_4_rbp_is_l2s(void **state)
{
	l2.state->rbp = 0x1234567887654321;
	l2_expect(18);
	check_hex(l2.call.regs.rbp, 0x1234567887654321);
}

static void row_2_4_r12_is_the_privilege_of_l2(void **state)
{
	l2_exits(GUEST_CPUID, 10);
	check_hex(l2.call.regs.r12, 0);
	field_set(FIELD(F_CS_SELECTOR), 0x1b);
	field_set(FIELD(0x4816), 0xa0fb);
	field_set(FIELD(0x0804), 0x23);
	field_set(FIELD(0x4818), 0xc0f3);
	l2_expect(10);
	check_hex(l2.call.regs.r12, 3);
}

static void row_2_4_r11_is_the_length_and_rip_stays(void **state)
{
	l2_expect(18);
	check_hex(l2.call.regs.r11 >> 32, 3);
	/* The slot has a jump to the program; the exit is at the program's instruction. */
	check(l2.state->rip != ENTRY(GUEST_VMCALL), "nothing was run");
	check_hex(*(uint8_t *)(page_at(PAGE_CODE) + l2.state->rip - L2_CODE + 2), 0xc1);
}

static void row_2_4_the_buffer_has_every_register(void **state)
{
	uint64_t *gpr = page_at(PAGE_STATE);
	unsigned int i;

	for (i = 0; i < 16; i++)
		gpr[i] = 0x0101010101010101ULL * (i + 1);
	l2.state->rsp = L2_STACK_TOP - 8;
	l2.state->ssp = 0x77;
	l2_expect(18);
	for (i = 0; i < 16; i++)
		if (i != 4)
			check_hex(gpr[i], 0x0101010101010101ULL * (i + 1));
	check_hex(l2.state->rsp, L2_STACK_TOP - 8);
	check_hex(l2.state->ssp, 0x77);
	check_hex(l2.state->rflags, 2);
}

static void row_2_4_the_buffer_ends_at_154_bytes(void **state)
{
	uint8_t *bytes = page_at(PAGE_STATE);
	unsigned int i;

	memset(bytes + 154, 0xa5, 256);
	l2_expect(18);
	for (i = 154; i < 154 + 256; i++)
		check(bytes[i] == 0xa5, "byte %u was written", i);
}

static void row_2_4_rdx_and_r8_are_stale_unless_the_reason_sets_them(void **state)
{
	page_allow(PAGE_HIDDEN, 0);
	l2.state->rbx = L2_HIDDEN + 0x123;
	l2_exits(GUEST_LOAD, 48);
	l2_exits(GUEST_CPUID, 10);
	check_hex(l2.call.regs.r8, page_gpa(PAGE_HIDDEN) + 0x123);
}

static void row_2_4_stale_registers_can_be_injected(void **state)
{
	hook_stale(0x1234567);
	l2_expect(18);
	check_hex(l2.call.regs.rdx, 0x1234567);
	check_hex(l2.call.regs.r8, 0x1234567);
}

static void row_2_5_1102_is_an_exit_with_every_output(void **state)
{
	l2_start(GUEST_SPIN);
	l2.state->rbp = 0x4242;
	l2.flags = LAB_TDX_CALL_TIMER;
	l2.usecs = 1000;
	while (l2_enter() >> 32 != 0x1102)
		check(l2.call.regs.rax == PENDING, "RAX %#llx",
		      (unsigned long long)l2.call.regs.rax);
	check_hex(l2.call.regs.rax, NOTIFIED | 1);
	check_hex(l2.call.regs.r9 & 0xffffff00, 0x80000000);
	check_hex(l2.call.regs.rbp, 0x4242);
	check_hex(l2.call.regs.rsi >> 32, 0xffffffff);
	check_hex(l2.call.regs.r10 & 1u << 31, 0);
}

static void host_routed(uint64_t status, uint32_t reason)
{
	uint64_t rip;

	l2_exits(GUEST_CPUID, 10);
	rip = l2.state->rip;
	hook_exit(status, reason, 0x4711, 0x80000041);
	/* The hook may replace an exit for a timer interrupt of L1. */
	check_hex(l2_run(), status | reason);
	check_hex(l2.call.regs.rcx, 0x4711);
	check_hex(l2.call.regs.r10, 0x80000041);
	check_hex(l2.state->rip, rip);
	/* The instruction was not emulated, so it can be executed again. */
	l2_expect(10);
	check_hex(l2.call.regs.r10 & 0x80000000, 0);
	check_hex(l2_stats().host_routed, 1);
}

static void row_2_5_1100_reports_an_exit_to_the_host(void **state)
{
	host_routed(STATUS(0x1100), 48);
}

static void row_2_5_1101_reports_a_tdvmcall_to_the_host(void **state)
{
	host_routed(STATUS(0x1101), 77);
}

const struct CMUnitTest enter_tests[] = {
	TEST(row_1_1_unknown_leaf_is_operand_invalid_rax),
	TEST(row_1_1_reserved_rax_bits_are_operand_invalid_rax),
	TEST(row_1_1_version_1_is_vm_rds_alone),
	TEST(row_1_2_vp_info_describes_the_vcpu),
	TEST(row_1_2_invept_accepts_only_vm_1),
	TEST(row_1_2_invgla_checks_its_operands),
	TEST(row_1_3_operand_busy_can_be_injected),
	TEST(row_1_3_an_error_status_can_be_injected),
	TEST(row_2_3_1_misaligned_buffer_is_operand_invalid_rdx),
	TEST(row_2_3_1_shared_or_too_wide_buffer_is_operand_invalid_rdx),
	TEST(row_2_3_1_aligned_inside_a_page_is_accepted),
	TEST(row_2_3_2_absent_vm_is_operand_invalid_rcx),
	TEST(row_2_3_2_reserved_flags_are_operand_invalid_rcx),
	TEST_BARE(row_2_3_3_virtual_apic_never_set_is_operand_invalid_170),
	TEST(row_2_3_4_pending_interrupt_is_1120),
	TEST(row_2_3_4_pending_of_no_higher_class_does_not_count),
	TEST(row_2_3_6_buffer_outside_memory_is_refused),
	TEST(row_2_3_7_each_invalidation_is_accepted),
	TEST(row_2_3_8_bad_state_is_a_failed_entry),
	TEST(row_2_3_8_modes_that_contradict_are_a_failed_entry),
	TEST_BARE(row_10_5_12_operands_are_checked_in_order),
	TEST(row_10_5_12_failing_checks_change_rax_alone),
	TEST(row_2_4_registers_that_are_always_zero),
	TEST(row_2_4_rsi_and_rdi_are_the_code_segment),
	TEST(row_2_4_rbp_is_l2s),
	TEST(row_2_4_r12_is_the_privilege_of_l2),
	TEST(row_2_4_r11_is_the_length_and_rip_stays),
	TEST(row_2_4_the_buffer_has_every_register),
	TEST(row_2_4_the_buffer_ends_at_154_bytes),
	TEST(row_2_4_rdx_and_r8_are_stale_unless_the_reason_sets_them),
	TEST(row_2_4_stale_registers_can_be_injected),
	TEST(row_2_5_1102_is_an_exit_with_every_output),
	TEST(row_2_5_1100_reports_an_exit_to_the_host),
	TEST(row_2_5_1101_reports_a_tdvmcall_to_the_host),
};

const size_t enter_count = ARRAY_SIZE(enter_tests);
