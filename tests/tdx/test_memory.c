// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * L2's memory: aliases, attributes, violations.
 *
 * The expected results follow Intel's TDX module, release TDX_1.5.01: tdg_mem_page_attr_rd.c and
 * tdg_mem_page_attr_wr.c of src/td_dispatcher/vm_exits, and td_l2_ept_violation.c of
 * src/td_dispatcher/vm_exits_l2.
 */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "tdx.h"

#define R 1
#define W 2
#define X 4

/* Exit qualification. */
#define READ    BIT(0)
#define WRITE   BIT(1)
#define FETCH   BIT(2)
#define MAY(x)  ((uint64_t)(x) << 3)
#define LINEAR  BIT(7)
#define FINAL   BIT(8)

#define PAGE_ACCEPT   6

#define VM_1_FIELD(x) ((uint64_t)(x) << 16)
#define ALL_CHANGES   VM_1_FIELD(0x7f)

#define LARGE_PAGES   512
#define LARGE         (LARGE_PAGES * PAGE)
#define LEVEL_2M      1
#define LEVEL_1G      2
/* Blocks that L1 does not map by a page of 2 MiB any more are skipped. */
#define BLOCKS_MAX    8

static uint64_t wr(uint64_t rcx, uint64_t rdx, uint64_t r8)
{
	return tdcall(ATTR_WR, rcx, rdx, r8, 0);
}

static uint64_t attributes(enum page page)
{
	check_hex(tdcall(ATTR_RD, page_gpa(page), 0, 0, 0), 0);
	check_hex(l2.call.regs.rcx, page_gpa(page));
	return l2.call.regs.rdx;
}

static void expect_violation(enum guest_program program, uint64_t kind, uint64_t allowed)
{
	l2.state->rbx = L2_HIDDEN + 0x238;
	l2_exits(program, 48);
	check_hex(l2.call.regs.rcx, kind | MAY(allowed) | LINEAR | FINAL);
	check_hex(l2.call.regs.r8, page_gpa(PAGE_HIDDEN) + 0x238);
}

static void row_6_l2_sees_no_page_without_an_alias(void **state)
{
	expect_violation(GUEST_LOAD, READ, 0);
	expect_violation(GUEST_STORE, WRITE, 0);
	expect_violation(GUEST_JUMP, FETCH, 0);
	check_hex(l2_stats().faults, 3);
}

static void row_6_l2_sees_a_page_with_an_alias(void **state)
{
	volatile uint64_t *shared = page_at(PAGE_HIDDEN);

	page_allow(PAGE_HIDDEN, R | W);
	*shared = 0x1122334455667788;
	l2.state->rbx = L2_HIDDEN;
	l2_exits(GUEST_LOAD, 18);
	check_hex(l2.state->rax, 0x1122334455667788);
	l2.state->rax = 0x99;
	l2_exits(GUEST_STORE, 18);
	check_hex(*shared, 0x99);
}

static void row_6_a_page_that_may_only_be_read(void **state)
{
	page_allow(PAGE_HIDDEN, R);
	expect_violation(GUEST_STORE, WRITE, R);
	expect_violation(GUEST_JUMP, FETCH, R);
}

static void row_6_a_page_that_may_not_be_run(void **state)
{
	page_allow(PAGE_HIDDEN, R | W);
	expect_violation(GUEST_JUMP, FETCH, R | W);
}

static void row_6_taking_the_alias_away(void **state)
{
	page_allow(PAGE_HIDDEN, R | W | X);
	l2.state->rbx = L2_HIDDEN;
	l2_exits(GUEST_LOAD, 18);
	page_allow(PAGE_HIDDEN, 0);
	check_hex(attributes(PAGE_HIDDEN), 0);
	expect_violation(GUEST_LOAD, READ, 0);
}

static void row_6_a_violation_of_the_page_walk(void **state)
{
	page_allow(PAGE_PT, 0);
	l2_expect(48);
	check_hex(l2.call.regs.rcx & FINAL, 0);
	check_hex(l2.call.regs.rcx & LINEAR, LINEAR);
	check_hex(l2.call.regs.r8 & ~4095ULL, page_gpa(PAGE_PT));
	page_allow(PAGE_PT, R | W | X);
	l2_expect(18);
}

static void row_6_attributes_can_be_read_back(void **state)
{
	check_hex(attributes(PAGE_HIDDEN), 0);
	page_allow(PAGE_HIDDEN, R | X);
	check_hex(attributes(PAGE_HIDDEN), VM_1_FIELD(0x8000 | R | X));
	check_hex(wr(page_gpa(PAGE_HIDDEN), VM_1_FIELD(0x8000 | R | W), VM_1_FIELD(0x7f)), 0);
	check_hex(l2.call.regs.rdx, VM_1_FIELD(0x8000 | R | W));
	check_hex(l2.call.regs.rcx, page_gpa(PAGE_HIDDEN));
}

static void row_6_only_selected_attributes_change(void **state)
{
	page_allow(PAGE_HIDDEN, R | X);
	check_hex(wr(page_gpa(PAGE_HIDDEN), VM_1_FIELD(0x8000 | W), VM_1_FIELD(W)), 0);
	check_hex(attributes(PAGE_HIDDEN), VM_1_FIELD(0x8000 | R | W | X));
}

static void row_6_a_vm_without_valid_is_not_changed(void **state)
{
	page_allow(PAGE_HIDDEN, R);
	check_hex(wr(page_gpa(PAGE_HIDDEN), 0, VM_1_FIELD(0x7f)), 0);
	check_hex(attributes(PAGE_HIDDEN), VM_1_FIELD(0x8000 | R));
}

static void row_6_bits_without_valid_are_operand_invalid_rdx(void **state)
{
	check_hex(wr(page_gpa(PAGE_HIDDEN), VM_1_FIELD(R), VM_1_FIELD(0x7f)), INVALID | 2);
}

static void row_6_absent_vms_are_operand_invalid(void **state)
{
	check_hex(wr(page_gpa(PAGE_HIDDEN), 0x8001, 0), INVALID | 2);
	check_hex(wr(page_gpa(PAGE_HIDDEN), 0x8001ULL << 32, 0), INVALID | 2);
	check_hex(wr(page_gpa(PAGE_HIDDEN), 0, 1), INVALID | 8);
	check_hex(wr(page_gpa(PAGE_HIDDEN), 0, 1ULL << 48), INVALID | 8);
}

static void row_6_bad_addresses_are_operand_invalid_rcx(void **state)
{
	uint64_t rdx = VM_1_FIELD(0x8000 | R), r8 = VM_1_FIELD(0x7f);

	check_hex(wr(page_gpa(PAGE_HIDDEN) | 8, rdx, r8), INVALID | 1);
	check_hex(wr(page_gpa(PAGE_HIDDEN) | 3, rdx, r8), INVALID | 1);
	check_hex(wr(page_gpa(PAGE_HIDDEN) | 1ULL << 47, rdx, r8), INVALID | 1);
	check_hex(wr(page_gpa(PAGE_HIDDEN) | 1ULL << 63, rdx, r8), INVALID | 1);
	check_hex(tdcall(ATTR_RD, page_gpa(PAGE_HIDDEN) | 1, 0, 0, 0), INVALID | 1);
}

static void row_6_operands_are_checked_in_order(void **state)
{
	/* Both registers are checked for one VM before the next VM: tdg_mem_page_attr_wr.c. */
	check_hex(wr(~0ULL, VM_1_FIELD(R), 1), INVALID | 8);
	check_hex(wr(~0ULL, VM_1_FIELD(R), 1ULL << 32), INVALID | 2);
	check_hex(wr(~0ULL, 1, 1), INVALID | 2);
	check_hex(wr(~0ULL, 0, 1), INVALID | 8);
	check_hex(wr(~0ULL, 0, 0), INVALID | 1);
}

/* tdg_mem_page_attr_wr.c: a range that L1 maps by smaller pages has no leaf at this level. */
static void row_6_small_pages_of_l1_are_page_size_mismatch(void **state)
{
	uint64_t rdx = VM_1_FIELD(0x8000 | R), block = page_gpa(PAGE_HIDDEN) & ~(LARGE - 1ULL);

	check_hex(wr(block | LEVEL_2M, rdx, ALL_CHANGES), PAGE_SIZE_WRONG | LEVEL_2M);
	check_hex(l2.call.regs.rcx, 0);
	check_hex(l2.call.regs.rdx, 0);
	check_hex(wr(0x40000000 | LEVEL_1G, rdx, ALL_CHANGES), PAGE_SIZE_WRONG | LEVEL_1G);
	check_hex(attributes(PAGE_HIDDEN), 0);
}

/* verify_page_info_input(), of src/common/helpers/helpers.c. */
static void row_6_an_address_within_a_large_page_is_operand_invalid_rcx(void **state)
{
	uint64_t rdx = VM_1_FIELD(0x8000 | R), block = page_gpa(PAGE_HIDDEN) & ~(LARGE - 1ULL);

	check_hex(wr((block + PAGE) | LEVEL_2M, rdx, ALL_CHANGES), INVALID | 1);
	check_hex(wr((0x40000000 + LARGE) | LEVEL_1G, rdx, ALL_CHANGES), INVALID | 1);
}

/* Returns 2 MiB that L1 maps by one page. */
static uint64_t large_page(uint8_t **memory)
{
	struct lab_tdx_memory asked = { .pages = LARGE_PAGES };
	unsigned int i;

	for (i = 0; i < BLOCKS_MAX; i++) {
		check(!ioctl(l2.node, LAB_TDX_ALLOC, &asked), "memory: %s", strerror(errno));
		check_hex(asked.gpa % LARGE, 0);
		check_hex(tdcall(ATTR_RD, asked.gpa, 0, 0, 0), 0);
		if (l2.call.regs.rcx == (asked.gpa | LEVEL_2M))
			break;
	}
	check(i < BLOCKS_MAX, "L1 has nothing by 2 MiB");
	*memory = mmap(NULL, LARGE, PROT_READ | PROT_WRITE, MAP_SHARED, l2.node, asked.gpa);
	check(*memory != MAP_FAILED, "mmap: %s", strerror(errno));
	return asked.gpa;
}

static void allow_large(uint64_t gpa, uint64_t attributes)
{
	check_hex(wr(gpa | LEVEL_2M, VM_1_FIELD(0x8000 | attributes), ALL_CHANGES), 0);
	check_hex(l2.call.regs.rcx, gpa | LEVEL_2M);
	check_hex(l2.call.regs.rdx, VM_1_FIELD(0x8000 | attributes));
}

static void expect_attributes(uint64_t gpa, uint64_t place, uint64_t should)
{
	check_hex(tdcall(ATTR_RD, gpa, 0, 0, 0), 0);
	check_hex(l2.call.regs.rcx, place);
	check_hex(l2.call.regs.rdx, should ? VM_1_FIELD(0x8000 | should) : 0);
}

/* Map L2_HIDDEN to an address. */
static void map_hidden(uint64_t gpa)
{
	((uint64_t *)page_at(PAGE_PT))[(L2_HIDDEN - L2_CODE) / PAGE] = gpa | 7;
	l2.state->rbx = L2_HIDDEN;
}

static void expect_load(uint64_t gpa, uint64_t should)
{
	l2_start(GUEST_LOAD);
	map_hidden(gpa);
	l2_expect(18);
	check_hex(l2.state->rax, should);
}

static void expect_store_is_refused(uint64_t gpa, uint64_t allowed)
{
	l2_start(GUEST_STORE);
	map_hidden(gpa);
	l2_expect(48);
	check_hex(l2.call.regs.rcx, WRITE | MAY(allowed) | LINEAR | FINAL);
	check_hex(l2.call.regs.r8, gpa);
}

static void row_6_a_page_of_2_mib(void **state)
{
	uint8_t *memory;
	uint64_t gpa = large_page(&memory), i;

	expect_attributes(gpa + 5 * PAGE, gpa | LEVEL_2M, 0);
	allow_large(gpa, R | W | X);
	for (i = 0; i < LARGE_PAGES; i += LARGE_PAGES - 1) {
		expect_attributes(gpa + i * PAGE, gpa | LEVEL_2M, R | W | X);
		*(volatile uint64_t *)(memory + i * PAGE) = 0x1000 + i;
		expect_load(gpa + i * PAGE, 0x1000 + i);
	}
	allow_large(gpa, R);
	expect_store_is_refused(gpa + 7 * PAGE, R);
	check_hex(wr(gpa | LEVEL_2M, VM_1_FIELD(0x8000), ALL_CHANGES), 0);
	check_hex(l2.call.regs.rdx, VM_1_FIELD(0x8000));
	expect_attributes(gpa, gpa | LEVEL_2M, 0);
	expect_store_is_refused(gpa, 0);
	munmap(memory, LARGE);
}

/* walk_private_gpa() fails above level 0; the host splits L1's page, and its aliases. */
static void row_6_a_part_of_2_mib_changes(void **state)
{
	uint64_t gpa, part, rdx = VM_1_FIELD(0x8000 | R);
	uint8_t *memory;

	gpa = large_page(&memory);
	part = gpa + 300 * PAGE;
	allow_large(gpa, R | W);
	*(volatile uint64_t *)(memory + 300 * PAGE) = 0x55;
	check_hex(wr(part, rdx, ALL_CHANGES), 0);
	check_hex(l2.call.regs.rcx, part);
	check_hex(l2.call.regs.rdx, rdx);
	expect_attributes(part, part, R);
	expect_attributes(part - PAGE, part - PAGE, R | W);
	expect_attributes(gpa, gpa, R | W);
	expect_load(part, 0x55);
	expect_store_is_refused(part, R);
	l2_start(GUEST_STORE);
	map_hidden(part + PAGE);
	l2.state->rax = 0x77;
	l2_expect(18);
	check_hex(*(volatile uint64_t *)(memory + 301 * PAGE), 0x77);
	check_hex(wr(gpa | LEVEL_2M, rdx, ALL_CHANGES), PAGE_SIZE_WRONG | LEVEL_2M);
	munmap(memory, LARGE);
}

static void row_6_a_part_of_2_mib_is_taken_away(void **state)
{
	uint8_t *memory;
	uint64_t gpa = large_page(&memory);

	allow_large(gpa, R | W);
	check_hex(wr(gpa, VM_1_FIELD(0x8000), ALL_CHANGES), 0);
	expect_attributes(gpa, gpa, 0);
	expect_store_is_refused(gpa, 0);
	expect_load(gpa + PAGE, 0);
	munmap(memory, LARGE);
}

/* The same walk is made whether or not there is an alias, and whether or not one is requested. */
static void row_6_a_call_for_a_part_splits_2_mib(void **state)
{
	uint8_t *memory;
	uint64_t gpa = large_page(&memory);

	check_hex(wr(gpa + PAGE, 0, 0), 0);
	expect_attributes(gpa, gpa, 0);
	check_hex(wr(gpa | LEVEL_2M, VM_1_FIELD(0x8000 | R), ALL_CHANGES),
		  PAGE_SIZE_WRONG | LEVEL_2M);
	munmap(memory, LARGE);
}

static void row_6_illegal_mixes_of_2_mib_are_page_attr_invalid(void **state)
{
	uint8_t *memory;
	uint64_t gpa = large_page(&memory);

	allow_large(gpa, R);
	check_hex(wr(gpa | LEVEL_2M, VM_1_FIELD(0x8000 | W), ALL_CHANGES), PAGE_ATTR_BAD);
	check_hex(l2.call.regs.rdx, VM_1_FIELD(0x8000 | R));
	expect_attributes(gpa, gpa | LEVEL_2M, R);
	munmap(memory, LARGE);
}

/* src/td_dispatcher/vm_exits/tdg_mem_page_accept.c, check_tdaccept_failure(), case 1.1. */
static void row_9_2_accept_returns_the_level_of_an_accepted_page(void **state)
{
	uint8_t *memory;
	uint64_t gpa = large_page(&memory);

	check_hex(tdcall(PAGE_ACCEPT, gpa + PAGE, 0, 0, 0), STATUS(0x00000B0A) | LEVEL_2M);
	check_hex(tdcall(PAGE_ACCEPT, gpa | LEVEL_2M, 0, 0, 0), STATUS(0x00000B0A) | LEVEL_2M);
	expect_attributes(gpa, gpa | LEVEL_2M, 0);
	munmap(memory, LARGE);
}

static void row_6_a_reset_takes_2_mib_away(void **state)
{
	uint8_t *memory;
	uint64_t gpa = large_page(&memory);

	allow_large(gpa, R | W);
	check(!ioctl(l2.node, LAB_TDX_RESET_VM), "reset: %s", strerror(errno));
	expect_attributes(gpa, gpa | LEVEL_2M, 0);
	allow_large(gpa, R);
	munmap(memory, LARGE);
}

static void row_6_illegal_mixes_are_page_attr_invalid(void **state)
{
	uint64_t r8 = VM_1_FIELD(0x7f);

	page_allow(PAGE_HIDDEN, R);
	check_hex(wr(page_gpa(PAGE_HIDDEN), VM_1_FIELD(0x8000 | W), r8), PAGE_ATTR_BAD);
	check_hex(l2.call.regs.rcx, 0);
	check_hex(l2.call.regs.rdx, VM_1_FIELD(0x8000 | R));
	check_hex(wr(page_gpa(PAGE_HIDDEN), VM_1_FIELD(0x8000 | R | 0x40), r8), PAGE_ATTR_BAD);
	check_hex(attributes(PAGE_HIDDEN), VM_1_FIELD(0x8000 | R));
}

static void row_6_a_device_can_have_an_alias(void **state)
{
	/* The address is the HPET's, which is not memory of L1. */
	check_hex(wr(0xfed00000, VM_1_FIELD(0x8000 | R | W), VM_1_FIELD(0x7f)), 0);
	check_hex(tdcall(ATTR_RD, 0xfed00000, 0, 0, 0), 0);
	check_hex(l2.call.regs.rdx, VM_1_FIELD(0x8000 | R | W));
	((uint64_t *)page_at(PAGE_PT))[(L2_HIDDEN - L2_CODE) / PAGE] = 0xfed00000 | 7;
	l2.state->rbx = L2_HIDDEN;
	l2_exits(GUEST_LOAD, 18);
	check_hex(l2.state->rax >> 16 & 0xffff, 0x8086);
}

static void row_6_the_buffer_and_the_virtual_apic_need_no_alias(void **state)
{
	check_hex(attributes(PAGE_STATE), 0);
	check_hex(attributes(PAGE_VAPIC), 0);
	l2_expect(18);
}

/* tdg_mem_page_attr_wr.c: EXIT writes 0 to both registers. */
static void row_6_a_call_that_fails_has_rcx_and_rdx_zero(void **state)
{
	check_hex(wr(page_gpa(PAGE_HIDDEN) | 8, VM_1_FIELD(0x8000 | R), 0), INVALID | 1);
	check_hex(l2.call.regs.rcx, 0);
	check_hex(l2.call.regs.rdx, 0);
	check_hex(wr(page_gpa(PAGE_HIDDEN), VM_1_FIELD(R), 0), INVALID | 2);
	check_hex(l2.call.regs.rcx, 0);
	check_hex(l2.call.regs.rdx, 0);
	check_hex(tdcall(ATTR_RD, 1, 0x55, 0, 0), INVALID | 1);
	check_hex(l2.call.regs.rcx, 0);
	check_hex(l2.call.regs.rdx, 0);
}

/*
 * The same file: for an alias that was removed the output has VALID; for one that never existed
 * it has the value that L1 wrote.
 */
static void row_6_the_attributes_of_a_missing_alias(void **state)
{
	uint64_t gpa = page_gpa(PAGE_HIDDEN), r8 = VM_1_FIELD(0x7f);

	check_hex(wr(gpa, VM_1_FIELD(0x8000), r8), 0);
	check_hex(l2.call.regs.rdx, VM_1_FIELD(0x8000));
	page_allow(PAGE_HIDDEN, R);
	check_hex(wr(gpa, VM_1_FIELD(0x8000), r8), 0);
	check_hex(l2.call.regs.rdx, VM_1_FIELD(0x8000));
	check_hex(attributes(PAGE_HIDDEN), 0);
}

/* The same file: a VM whose VALID is 0 is ignored, and its output is 0. */
static void row_6_a_vm_without_valid_is_not_reported(void **state)
{
	page_allow(PAGE_HIDDEN, R);
	check_hex(wr(page_gpa(PAGE_HIDDEN), 0, VM_1_FIELD(0x7f)), 0);
	check_hex(l2.call.regs.rdx, 0);
	check_hex(l2.call.regs.rcx, page_gpa(PAGE_HIDDEN));
}

/* src/common/helpers/helpers.h, is_gpa_attr_legal(): bits 14:7 of a page that is present. */
static void row_6_reserved_attributes_are_page_attr_invalid(void **state)
{
	unsigned int bit;

	for (bit = 7; bit < 15; bit++) {
		uint64_t rdx = VM_1_FIELD(0x8000 | R | 1 << bit);

		check_hex(wr(page_gpa(PAGE_HIDDEN), rdx, VM_1_FIELD(0x7fff)), PAGE_ATTR_BAD);
		check_hex(l2.call.regs.rdx, 0);
		/* A bit that is not selected is not written. */
		check_hex(wr(page_gpa(PAGE_HIDDEN), rdx, VM_1_FIELD(0x7f)), 0);
		check_hex(wr(page_gpa(PAGE_HIDDEN), VM_1_FIELD(0x8000), VM_1_FIELD(0x7f)), 0);
	}
	check_hex(attributes(PAGE_HIDDEN), 0);
}

/* check_gpa_validity(PRIVATE_ONLY): the shared bit is the highest bit of the width. */
static void row_6_a_shared_address_is_operand_invalid_rcx(void **state)
{
	unsigned int bit;

	for (bit = 39; bit < 52; bit++) {
		uint64_t gpa = page_gpa(PAGE_HIDDEN) | 1ULL << bit;

		check_hex(wr(gpa, VM_1_FIELD(0x8000 | R), VM_1_FIELD(0x7f)), INVALID | 1);
		check_hex(tdcall(ATTR_RD, gpa, 0, 0, 0), INVALID | 1);
	}
}

const struct CMUnitTest memory_tests[] = {
	TEST(row_6_l2_sees_no_page_without_an_alias),
	TEST(row_6_l2_sees_a_page_with_an_alias),
	TEST(row_6_a_page_that_may_only_be_read),
	TEST(row_6_a_page_that_may_not_be_run),
	TEST(row_6_taking_the_alias_away),
	TEST(row_6_a_violation_of_the_page_walk),
	TEST(row_6_attributes_can_be_read_back),
	TEST(row_6_only_selected_attributes_change),
	TEST(row_6_a_vm_without_valid_is_not_changed),
	TEST(row_6_bits_without_valid_are_operand_invalid_rdx),
	TEST(row_6_absent_vms_are_operand_invalid),
	TEST(row_6_bad_addresses_are_operand_invalid_rcx),
	TEST(row_6_operands_are_checked_in_order),
	TEST(row_6_small_pages_of_l1_are_page_size_mismatch),
	TEST(row_6_an_address_within_a_large_page_is_operand_invalid_rcx),
	TEST(row_6_a_page_of_2_mib),
	TEST(row_6_a_part_of_2_mib_changes),
	TEST(row_6_a_part_of_2_mib_is_taken_away),
	TEST(row_6_a_call_for_a_part_splits_2_mib),
	TEST(row_6_illegal_mixes_of_2_mib_are_page_attr_invalid),
	TEST(row_6_a_reset_takes_2_mib_away),
	TEST(row_9_2_accept_returns_the_level_of_an_accepted_page),
	TEST(row_6_illegal_mixes_are_page_attr_invalid),
	TEST(row_6_a_device_can_have_an_alias),
	TEST(row_6_the_buffer_and_the_virtual_apic_need_no_alias),
	TEST(row_6_a_call_that_fails_has_rcx_and_rdx_zero),
	TEST(row_6_the_attributes_of_a_missing_alias),
	TEST(row_6_a_vm_without_valid_is_not_reported),
	TEST(row_6_reserved_attributes_are_page_attr_invalid),
	TEST(row_6_a_shared_address_is_operand_invalid_rcx),
};

const size_t memory_count = ARRAY_SIZE(memory_tests);
