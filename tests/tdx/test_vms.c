// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * VM 2 and 3: how they are named, and that each has its own fields; invalidations.
 *
 * The expected results follow Intel's TDX module, release TDX_1.5.01; the comment of each row
 * names the file, which is in src/td_dispatcher/vm_exits if no other folder is named.
 */
#include <string.h>

#include "tdx.h"

#define LIST         1ULL
#define NUM_L2_VMS   0x9010000100000005ULL
#define NOT_CANONICAL STATUS(0xC0001160)

static void row_3_4_num_l2_vms_is_their_number(void **state)
{
	uint32_t vms;

	for (vms = 0; vms < 4; vms++) {
		l2_set_vms(vms);
		check_hex(tdcall(VM_RD, 0, NUM_L2_VMS, 0, 0), 0);
		check_hex(l2.call.regs.r8, vms);
	}
}

/* tdg_vp_invept.c: bit 0 means L1, and bits above the last VM name no VM. */
static void row_1_2_invept_accepts_the_vms_that_exist(void **state)
{
	uint32_t vms;
	unsigned int bit;

	for (vms = 0; vms < 4; vms++) {
		l2_set_vms(vms);
		check_hex(tdcall(INVEPT, 0, 0, 0, 0), 0);
		for (bit = 0; bit < 64; bit++)
			check_hex(tdcall(INVEPT, 1ULL << bit, 0, 0, 0),
				  bit && bit <= vms ? 0 : INVALID | 1);
	}
}

static void row_1_2_invept_accepts_all_vms_at_once(void **state)
{
	struct lab_tdx_regs regs, before;

	regs = regs_poisoned(INVEPT);
	regs.rcx = 0xe;
	before = regs;
	before.rax = 0;
	tdcall_regs(&regs);
	assert_memory_equal(&regs, &before, sizeof(regs));
}

/* tdg_vp_invvpid.c */
static void row_1_2_invgla_accepts_the_vms_that_exist(void **state)
{
	uint32_t vms;
	unsigned int vm;

	for (vms = 0; vms < 4; vms++) {
		l2_set_vms(vms);
		for (vm = 0; vm < 4; vm++)
			check_hex(tdcall(INVGLA, VM(vm), 0x400000, 0, 0),
				  vm && vm <= vms ? 0 : INVALID | 1);
	}
}

static void row_1_2_invgla_has_reserved_bits(void **state)
{
	unsigned int bit;

	for (bit = 1; bit < 64; bit++)
		if (bit != 52 && bit != 53)
			check_hex(tdcall(INVGLA, VM_1 | 1ULL << bit, 0x400000, 0, 0), INVALID | 1);
}

/*
 * invvpid_gla_list_entry(): bits 11:0 are the number of pages after the first. INVVPID's check does
 * not depend on CR4.LA57: all CPUs with TDX have linear addresses of 57 bits (Linux,
 * arch/x86/kvm/x86.h, max_host_virt_addr_bits(), describes it).
 */
static void row_1_2_invgla_looks_at_every_page_of_an_entry(void **state)
{
	check_hex(tdcall(INVGLA, VM_1, 0x0000800000000000ULL, 0, 0), 0);
	check_hex(tdcall(INVGLA, VM_1, 0x00fffffffffff000ULL, 0, 0), 0);
	check_hex(tdcall(INVGLA, VM_1, 0x00fffffffffff001ULL, 0, 0), NOT_CANONICAL);
	check_hex(tdcall(INVGLA, VM_1, 0x00ffffffffffe001ULL, 0, 0), 0);
	check_hex(tdcall(INVGLA, VM_1, 0xff00000000000fffULL, 0, 0), 0);
	check_hex(tdcall(INVGLA, VM_1, 0xfefffffffffff000ULL, 0, 0), NOT_CANONICAL);
}

/* The same file: RDX is written only for a list. */
static void row_1_2_invgla_of_one_entry_leaves_rdx(void **state)
{
	check_hex(tdcall(INVGLA, VM_1, 0x400007, POISON, 0), 0);
	check_hex(l2.call.regs.rdx, 0x400007);
	check_hex(l2.call.regs.r8, POISON);
}

static uint64_t list(uint64_t first, uint64_t count)
{
	return page_gpa(PAGE_SPARE) | first | count << 52;
}

static uint64_t invalidate_list(uint64_t rdx)
{
	uint64_t status;
	unsigned int tries;

	/* The call ends early if an interrupt is pending, and is then repeated. */
	for (tries = 0; tries < 1000; tries++) {
		status = tdcall(INVGLA, VM_1 | LIST, rdx, 0, 0);
		rdx = l2.call.regs.rdx;
		if (status || !(rdx >> 52))
			break;
	}
	return status;
}

static void row_1_2_invgla_of_a_list_returns_its_progress(void **state)
{
	memset(page_at(PAGE_SPARE), 0, PAGE);
	check_hex(invalidate_list(list(0, 3)), 0);
	check_hex(l2.call.regs.rdx, list(3, 0));
	check_hex(invalidate_list(list(5, 0)), 0);
	check_hex(l2.call.regs.rdx, list(5, 0));
}

/* first_entry has nine bits: after the last entry it is 0 again. */
static void row_1_2_invgla_of_a_whole_list(void **state)
{
	memset(page_at(PAGE_SPARE), 0, PAGE);
	check_hex(invalidate_list(list(0, 512)), 0);
	check_hex(l2.call.regs.rdx, list(0, 0));
}

static void row_1_2_invgla_reads_its_list(void **state)
{
	uint64_t *entries = page_at(PAGE_SPARE);

	memset(entries, 0, PAGE);
	entries[2] = 0x0100000000000000ULL;
	check_hex(invalidate_list(list(0, 2)), 0);
	check_hex(invalidate_list(list(0, 3)), NOT_CANONICAL);
	check_hex(invalidate_list(list(3, 2)), 0);
}

static void row_1_2_invgla_checks_its_list(void **state)
{
	unsigned int bit;

	memset(page_at(PAGE_SPARE), 0, PAGE);
	check_hex(tdcall(INVGLA, VM_1 | LIST, list(1, 512), 0, 0), INVALID | 2);
	check_hex(tdcall(INVGLA, VM_1 | LIST, list(511, 2), 0, 0), INVALID | 2);
	for (bit = 9; bit < 12; bit++)
		check_hex(tdcall(INVGLA, VM_1 | LIST, list(0, 1) | 1 << bit, 0, 0), INVALID | 2);
	for (bit = 62; bit < 64; bit++)
		check_hex(tdcall(INVGLA, VM_1 | LIST, list(0, 1) | 1ULL << bit, 0, 0), INVALID | 2);
	/* The list must be in private memory. */
	check_hex(tdcall(INVGLA, VM_1 | LIST, list(0, 1) | 1ULL << 39, 0, 0), INVALID | 2);
}

/* src/common/metadata_handlers/metadata_generic.c: the class of a VM exists if the VM does. */
static void row_3_2_each_vm_has_its_fields(void **state)
{
	unsigned int vm;

	for (vm = 1; vm < 4; vm++) {
		field_set(OF_VM(vm, FIELD(F_CR0_SHADOW)), 0x1000 + vm);
		field_set(OF_VM(vm, FIELD_BITMAP(7)), 0x2000 + vm);
		field_set(VCPU_OF_VM(vm, FIELD_L2_CONTROLS), vm);
		field_set(VCPU_OF_VM(vm, FIELD_DEADLINE), (~0ULL >> 2) - vm * 0x1000);
	}
	for (vm = 1; vm < 4; vm++) {
		check_hex(field_get(OF_VM(vm, FIELD(F_CR0_SHADOW))), 0x1000 + vm);
		check_hex(field_get(OF_VM(vm, FIELD_BITMAP(7))), 0x2000 + vm);
		check_hex(field_get(VCPU_OF_VM(vm, FIELD_L2_CONTROLS)), vm);
		check_hex(field_get(VCPU_OF_VM(vm, FIELD_DEADLINE)),
			  (~0ULL >> 2) - vm * 0x1000);
	}
}

/* src/common/data_structures/td_vmcs_init.c: each VM has the same initial values. */
static void row_3_6_each_vm_is_fresh(void **state)
{
	static const struct {
		uint32_t code;
		uint64_t value;
	} fresh[] = {
		{ F_PIN, 0x3F }, { F_PRIMARY, 0xB5226DFA }, { F_SECONDARY, 0x1338B3FA },
		{ F_ENTRY_CONTROLS, 0x3ED1FF }, { F_CR0, 0x21 }, { F_CR4, 0x2040 },
		{ F_EFER, 0x901 }, { 0x681E, 0xFFFFFFF0 }, { F_VAPIC, ~0ULL },
	};
	unsigned int vm, i;

	for (vm = 2; vm < 4; vm++)
		for (i = 0; i < ARRAY_SIZE(fresh); i++)
			check_hex(field_get(OF_VM(vm, FIELD(fresh[i].code))), fresh[i].value);
}

static void row_3_3_each_vm_has_the_same_masks(void **state)
{
	unsigned int vm;

	for (vm = 2; vm < 4; vm++) {
		uint64_t pin = OF_VM(vm, FIELD(F_PIN)), cr0 = OF_VM(vm, FIELD(F_CR0));

		check_hex(tdcall(VP_WR, 0, pin, 0x3f, ~0ULL), FIELD_READ_ONLY);
		check_hex(tdcall(VP_WR, 0, cr0, 0x20, 0x20), FIELD_READ_ONLY);
		check_hex(tdcall(VP_WR, 0, cr0, 0, ~0ULL), FIELD_BAD_VALUE);
		check_hex(tdcall(VP_RD, 0, OF_VM(vm, FIELD(0)), 0, 0), FIELD_UNREADABLE);
	}
}

/* src/td_transitions/tdg_vp_enter.c: each VM has its own l2_vapic_gpa. */
static void row_2_3_3_each_vm_needs_its_virtual_apic(void **state)
{
	unsigned int vm;

	for (vm = 2; vm < 4; vm++)
		check_hex(tdcall(VP_ENTER, VM(vm), page_gpa(PAGE_STATE), 0, 0), INVALID | 170);
	l2_expect(18);
}

static void row_2_3_2_a_vm_that_is_not_there_is_operand_invalid_rcx(void **state)
{
	l2_set_vms(2);
	check_hex(tdcall(VP_ENTER, VM(2), page_gpa(PAGE_STATE), 0, 0), INVALID | 170);
	check_hex(tdcall(VP_ENTER, VM(3), page_gpa(PAGE_STATE), 0, 0), INVALID | 1);
	l2_set_vms(0);
	check_hex(tdcall(VP_ENTER, VM(1), page_gpa(PAGE_STATE), 0, 0), INVALID | 1);
}

/* A run of VM 1 does not change the fields of the others. */
static void row_8_a_run_of_vm_1_leaves_the_others(void **state)
{
	unsigned int vm;

	l2_exits(GUEST_CPUID, 10);
	for (vm = 2; vm < 4; vm++) {
		check_hex(field_get(OF_VM(vm, FIELD(0x681E))), 0xFFFFFFF0);
		check_hex(field_get(OF_VM(vm, FIELD(F_CR3))), 0);
		check_hex(field_get(OF_VM(vm, FIELD(0x4402))), 0);
	}
}

static void row_8_fields_of_another_vm_do_not_touch_vm_1(void **state)
{
	field_set(OF_VM(2, FIELD(F_CR3)), 0x1000);
	field_set(OF_VM(2, FIELD(F_EVENT)), 0x80000041);
	field_set_masked(OF_VM(3, FIELD(F_PRIMARY)), INTERRUPT_WINDOW, INTERRUPT_WINDOW);
	field_set(OF_VM(3, FIELD_BITMAP(0)), 0);
	field_set(VCPU_OF_VM(2, FIELD_DEADLINE), 1);
	l2_start(GUEST_RDMSR);
	l2.state->rcx = 0x10;
	l2.state->rflags |= RFLAGS_IF;
	l2_expect(31);
	check_hex(log_count(), 0);
}

const struct CMUnitTest vm_tests[] = {
	TEST_VMS(row_3_4_num_l2_vms_is_their_number),
	TEST_VMS(row_1_2_invept_accepts_the_vms_that_exist),
	TEST_VMS(row_1_2_invept_accepts_all_vms_at_once),
	TEST_VMS(row_1_2_invgla_accepts_the_vms_that_exist),
	TEST(row_1_2_invgla_has_reserved_bits),
	TEST(row_1_2_invgla_looks_at_every_page_of_an_entry),
	TEST(row_1_2_invgla_of_one_entry_leaves_rdx),
	TEST(row_1_2_invgla_of_a_list_returns_its_progress),
	TEST(row_1_2_invgla_of_a_whole_list),
	TEST(row_1_2_invgla_reads_its_list),
	TEST(row_1_2_invgla_checks_its_list),
	TEST_VMS(row_3_2_each_vm_has_its_fields),
	TEST_VMS(row_3_6_each_vm_is_fresh),
	TEST_VMS(row_3_3_each_vm_has_the_same_masks),
	TEST_VMS(row_2_3_3_each_vm_needs_its_virtual_apic),
	TEST_VMS(row_2_3_2_a_vm_that_is_not_there_is_operand_invalid_rcx),
	TEST_VMS(row_8_a_run_of_vm_1_leaves_the_others),
	TEST_VMS(row_8_fields_of_another_vm_do_not_touch_vm_1),
};

const size_t vm_count = ARRAY_SIZE(vm_tests);
