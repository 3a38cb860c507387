// SPDX-License-Identifier: GPL-2.0-only
/*
 * TDG.MEM.PAGE.ACCEPT: how a page becomes shared, pending and accepted; and which memory
 * reports and measurements take.
 *
 * The expectations are those of Intel's TDX module TDX_1.5.01,
 * src/td_dispatcher/vm_exits/tdg_mem_page_accept.c, and of GHCI 3.2, MapGPA, for what the
 * host does. Pages become shared and private again first, so that they are mapped one by
 * one: at which level a page is mapped is the host's choice.
 */
#include "bare.h"
#include "base/base.h"

#define ALREADY_ACCEPTED 0x00000b0a00000000ULL
#define SIZE_MISMATCH    0xc0000b0b00000000ULL
#define SIZE_4K          0x1000ULL
#define SIZE_2M          0x200000ULL
#define LEVEL_2M         1
#define PATTERN          0x1122334455667788ULL

static u64 *place(u64 gpa)
{
	return (u64 *)gpa;
}

static u64 *shared_place(u64 gpa)
{
	return (u64 *)(SHARED_VIEW | gpa);
}

static void share(u64 gpa, u64 size)
{
	CHECK(tdvmcall(VMCALL_MAP_GPA, gpa | SHARED, size, 0, 0, NULL), 0);
}

static void make_pending(u64 gpa, u64 size)
{
	share(gpa, size);
	CHECK(tdvmcall(VMCALL_MAP_GPA, gpa, size, 0, 0, NULL), 0);
}

static u64 accept(u64 gpa)
{
	return tdcall_1(TDG_PAGE_ACCEPT, gpa);
}

static void row_accept_zeroes_a_pending_page(void)
{
	share(ARENA, SIZE_4K);
	*shared_place(ARENA) = PATTERN;
	*shared_place(ARENA + SIZE_4K - 8) = PATTERN;
	CHECK(tdvmcall(VMCALL_MAP_GPA, ARENA, SIZE_4K, 0, 0, NULL), 0);
	CHECK(accept(ARENA), 0);
	CHECK(*place(ARENA), 0);
	CHECK(*place(ARENA + SIZE_4K - 8), 0);
}

static void row_accept_succeeds_once(void)
{
	make_pending(ARENA, SIZE_4K);
	CHECK(accept(ARENA), 0);
	*place(ARENA) = PATTERN;
	CHECK(accept(ARENA), ALREADY_ACCEPTED);
	CHECK(*place(ARENA), PATTERN);
}

static void row_accept_leaves_its_neighbours(void)
{
	make_pending(ARENA, 3 * SIZE_4K);
	CHECK(accept(ARENA), 0);
	CHECK(accept(ARENA + 2 * SIZE_4K), 0);
	*place(ARENA) = PATTERN;
	*place(ARENA + 2 * SIZE_4K) = PATTERN;
	CHECK(accept(ARENA + SIZE_4K), 0);
	CHECK(*place(ARENA), PATTERN);
	CHECK(*place(ARENA + 2 * SIZE_4K), PATTERN);
}

static void row_accept_refuses_2_mib_of_pages_that_differ(void)
{
	make_pending(ARENA, SIZE_2M);
	CHECK(accept(ARENA + 5 * SIZE_4K), 0);
	*place(ARENA + 5 * SIZE_4K) = PATTERN;
	CHECK(accept(ARENA | LEVEL_2M), SIZE_MISMATCH | LEVEL_2M);
	CHECK(*place(ARENA + 5 * SIZE_4K), PATTERN);
	/* Linux goes on by 4 KiB then: arch/x86/coco/tdx/tdx-shared.c. */
	CHECK(accept(ARENA), 0);
	CHECK(accept(ARENA + 4 * SIZE_4K), 0);
}

static void row_accept_takes_2_mib(void)
{
	u64 second = ARENA + SIZE_2M, gpa;

	make_pending(second, SIZE_2M);
	CHECK(accept(second | LEVEL_2M), 0);
	for (gpa = second; gpa < second + SIZE_2M; gpa += SIZE_4K)
		CHECK(*place(gpa), 0);
	CHECK(accept(second | LEVEL_2M), ALREADY_ACCEPTED | LEVEL_2M);
}

/* verify_page_info_input(), check_gpa_validity(). */
static void row_accept_refuses_other_operands(void)
{
	static const u64 operands[] = {
		ARENA | SHARED, ARENA | 2, ARENA | 3, ARENA | 7, ARENA | 8, ARENA | 0x800,
		ARENA | BIT_ULL(52), ARENA | BIT_ULL(63), (ARENA + SIZE_4K) | LEVEL_2M,
		BIT_ULL(40), BIT_ULL(51),
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(operands); i++)
		CHECK(accept(operands[i]), OPERAND_INVALID(RCX));
}

static void row_accept_changes_rax_alone(void)
{
	u64 regs[REGS];
	u32 i;

	make_pending(ARENA, SIZE_4K);
	for (i = 0; i < REGS; i++)
		regs[i] = PATTERN + i;
	regs[RAX] = TDG_PAGE_ACCEPT;
	regs[RCX] = ARENA;
	CHECK(tdcall(regs), 0);
	CHECK(regs[RCX], ARENA);
	for (i = RDX; i < REGS; i++)
		CHECK(regs[i], PATTERN + i);
}

/* GHCI 3.2: what is shared is the same memory as the host's, until it is private again. */
static void row_a_shared_page_is_seen_by_the_host(void)
{
	u64 buffer = ARENA + 16 * SIZE_4K;

	share(buffer, SIZE_4K);
	memset(shared_place(buffer), 0, SIZE_4K);
	shared_place(buffer)[0] = 1;
	CHECK(tdvmcall(VMCALL_QUOTE, buffer | SHARED, SIZE_4K, 0, 0, NULL), 0);
	/* GHCI 3.3: the host has written its status. */
	CHECK(shared_place(buffer)[1] >> 63, 1);
	CHECK(tdvmcall(VMCALL_MAP_GPA, buffer, SIZE_4K, 0, 0, NULL), 0);
	CHECK(tdvmcall(VMCALL_QUOTE, buffer | SHARED, SIZE_4K, 0, 0, NULL), BIT_ULL(63));
	CHECK(accept(buffer), 0);
	CHECK(place(buffer)[1], 0);
}

#define REPORT_BYTES 1024
#define REPORT_TYPE  0x81

static u64 report(u64 to, u64 from)
{
	u64 regs[REGS] = { [RAX] = TDG_REPORT, [RCX] = to, [RDX] = from };

	return tdcall(regs);
}

/*
 * src/td_dispatcher/vm_exits/tdg_mr_report.c: check_walk_and_map_guest_side_gpa() of both
 * operands is PRIVATE_OR_SHARED.
 */
static void row_report_takes_private_and_shared_memory(void)
{
	u64 private = ARENA + 17 * SIZE_4K, shared = ARENA + 18 * SIZE_4K;

	make_pending(private, SIZE_4K);
	CHECK(accept(private), 0);
	share(shared, SIZE_4K);
	CHECK(report(private, shared | SHARED), 0);
	CHECK(*place(private) & 0xff, REPORT_TYPE);
	memset(shared_place(shared), 0, REPORT_BYTES);
	CHECK(report(shared | SHARED, private + REPORT_BYTES), 0);
	CHECK(*shared_place(shared) & 0xff, REPORT_TYPE);
}

/*
 * src/common/helpers/helpers.c, check_walk_and_map_guest_side_gpa(): the shared bit says
 * which of the two tables is walked. A page has no entry in the other one: on TDX that is an
 * exit to the host, here the operand is refused.
 */
static void row_report_goes_by_the_shared_bit(void)
{
	u64 private = ARENA + 17 * SIZE_4K, shared = ARENA + 18 * SIZE_4K;

	make_pending(private, SIZE_4K);
	CHECK(report(private, shared | SHARED), OPERAND_INVALID(RCX));
	CHECK(accept(private), 0);
	share(shared, SIZE_4K);
	*place(private) = PATTERN;
	*shared_place(shared) = PATTERN;
	CHECK(report(private | SHARED, private), OPERAND_INVALID(RCX));
	CHECK(report(shared, private), OPERAND_INVALID(RCX));
	CHECK(report(private, private | SHARED), OPERAND_INVALID(RDX));
	CHECK(report(private, shared), OPERAND_INVALID(RDX));
	CHECK(*place(private), PATTERN);
	CHECK(*shared_place(shared), PATTERN);
}

/* tdg_mr_rtmr_extend.c: PRIVATE_ONLY, and memory that is not accepted is not there. */
static void row_extend_takes_accepted_memory_alone(void)
{
	u64 page = ARENA + 17 * SIZE_4K, regs[REGS] = { [RAX] = TDG_RTMR_EXTEND, [RDX] = 3 };

	share(page, SIZE_4K);
	regs[RCX] = page | SHARED;
	CHECK(tdcall(regs), OPERAND_INVALID(RCX));
	make_pending(page, SIZE_4K);
	regs[RAX] = TDG_RTMR_EXTEND;
	regs[RCX] = page;
	CHECK(tdcall(regs), OPERAND_INVALID(RCX));
	CHECK(accept(page), 0);
	regs[RAX] = TDG_RTMR_EXTEND;
	CHECK(tdcall(regs), 0);
}

const struct row memory_rows[] = {
	ROW(row_accept_zeroes_a_pending_page),
	ROW(row_accept_succeeds_once),
	ROW(row_accept_leaves_its_neighbours),
	ROW(row_accept_takes_2_mib),
	ROW(row_accept_refuses_2_mib_of_pages_that_differ),
	ROW(row_accept_refuses_other_operands),
	ROW(row_accept_changes_rax_alone),
	ROW(row_a_shared_page_is_seen_by_the_host),
	ROW(row_report_takes_private_and_shared_memory),
	ROW(row_report_goes_by_the_shared_bit),
	ROW(row_extend_takes_accepted_memory_alone),
};

const u32 memory_count = ARRAY_SIZE(memory_rows);
