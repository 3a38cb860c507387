// SPDX-License-Identifier: GPL-2.0-only
/*
 * L2, where Linux's own timer and interrupts would be in the way; and its aliases of a page that L1
 * shares, and that becomes private again.
 *
 * The expectations are those of Intel's TDX module TDX_1.5.01:
 * src/td_transitions/tdg_vp_enter.c for entries, and
 * src/td_dispatcher/vm_exits_l2/td_l2_interrupt.c for what ends them.
 */
#include "bare.h"

#define ICR               0x830
#define SELF_IPI          0x83f
#define IRR_0             0x820

#define REASON_INTERRUPT  1
#define REASON_TRIPLE_FAULT 2
#define REASON_HLT        12
#define REASON_EPT        48
#define REASON_DEADLINE   52
#define NOTIFIED          0x0000110200000000ULL

#define HIGHER            0x31
#define DEADLINE_TICKS    50000000ULL

#define HYPERVISOR        0x200000ULL
/* Linear: its table has the first 512 GiB. */
#define NO_PAGE_OF_L2     0x8000000000ULL

static const u8 spin[] = { 0xeb, 0xfe };

static u64 regs[REGS];
static u32 before;

static u64 now(void)
{
	u32 low, high;

	asm volatile("rdtsc" : "=a" (low), "=d" (high));
	return (u64)high << 32 | low;
}

static u32 arrived(void)
{
	return cpu_here()->arrivals - before;
}

static void row_l2_halts(void)
{
	l2_make(1, "\xb8\x78\x56\x34\x12\xf4", 6);
	CHECK(l2_enter(1, regs), REASON_HLT);
	CHECK(l2_buffer(1)->gpr[RAX], 0x12345678);
	CHECK(l2_buffer(1)->rip, l2_page(1, 0) + 5);
}

/* MOV EAX, [RBX]; HLT. */
static const u8 load[] = { 0x8b, 0x03, 0xf4 };

/* An address of L2 that has no alias is an EPT violation. */
static void row_l2_sees_its_aliases_alone(void)
{
	l2_make(1, load, sizeof(load));
	l2_buffer(1)->gpr[RBX] = HYPERVISOR;
	CHECK(l2_enter(1, regs), REASON_EPT);
	CHECK(regs[R8], HYPERVISOR);
	CHECK(l2_buffer(1)->gpr[RAX], 0);
}

/* L1 cannot give L2 what it does not own: the hypervisor's memory, the APIC, the IOAPIC. */
static void row_l2_sees_no_memory_that_is_not_l1s(void)
{
	static const u64 places[] = { HYPERVISOR, 0x3ff000, 0xfee00000, 0xfec00000 };
	u32 i;

	l2_make(1, load, sizeof(load));
	for (i = 0; i < ARRAY_SIZE(places); i++) {
		l2_map(1, places[i]);
		l2_buffer(1)->gpr[RBX] = places[i];
		CHECK(l2_enter(1, regs), REASON_EPT);
		CHECK(regs[R8], places[i]);
	}
}

/*
 * A page fault that L1 does not intercept, whose handler causes another one: SDM 3A, 6.15.
 * Hardware does not exit in between.
 */
static void row_l2_ends_when_its_page_faults_fault(void)
{
	l2_make(1, load, sizeof(load));
	l2_buffer(1)->gpr[RBX] = NO_PAGE_OF_L2;
	field_set_masked(FIELD(0x4004), BIT(14), BIT(14));
	field_set(FIELD(0x4006), ~0U);
	field_set(FIELD(0x4008), 0xffff);
	field_set(FIELD(0x6818), NO_PAGE_OF_L2);
	field_set(FIELD_DEADLINE, now() + 10 * DEADLINE_TICKS);
	CHECK(l2_enter(1, regs), REASON_TRIPLE_FAULT);
	field_set_masked(FIELD(0x4004), 0, BIT(14));
	field_set(FIELD(0x6818), 0);
}

#define ROUNDS 20

static u64 ended_on_other, loaded_on_other;

static void run_vm_2(void)
{
	u64 registers[REGS];
	u32 i;

	for (i = 0; i < ROUNDS; i++) {
		l2_make(2, load, sizeof(load));
		l2_buffer(2)->gpr[RBX] = l2_page(2, 8);
		ended_on_other = l2_enter(2, registers);
		loaded_on_other = l2_buffer(2)->gpr[RAX];
	}
}

/*
 * tdg_mem_page_attr_wr.c, get_all_l2_sept_entries(): the page is an alias of VM 2 alone, on
 * whichever CPU it runs, and whatever the others run.
 */
static void row_l2_vms_run_on_two_cpus(void)
{
	u64 page = l2_page(2, 8);
	u32 i;

	*(u32 *)page = 0x77665544;
	CHECK(l2_map(2, page), 0);
	other_call(run_vm_2);
	for (i = 0; i < ROUNDS; i++) {
		l2_make(1, load, sizeof(load));
		l2_buffer(1)->gpr[RBX] = page;
		CHECK(l2_enter(1, regs), REASON_EPT);
		CHECK(regs[R8], page);
	}
	other_wait();
	CHECK(ended_on_other, REASON_HLT);
	CHECK(loaded_on_other, 0x77665544);
}

/* The deadline is the module's own, and needs no timer of L1. */
static void row_l2_ends_at_its_deadline(void)
{
	u64 deadline;

	l2_make(1, spin, sizeof(spin));
	deadline = now() + DEADLINE_TICKS;
	field_set(FIELD_DEADLINE, deadline);
	CHECK(l2_enter(1, regs), REASON_DEADLINE);
	CHECK(now() >= deadline, true);
	CHECK(now() < deadline + 100 * DEADLINE_TICKS, true);
}

/* Waits until L2 probably runs, which cannot be detected: QEMU gives each CPU 0.1 s at a time. */
static void send_below_31(void)
{
	u64 until = now() + DEADLINE_TICKS;
	u32 vector;

	while (now() < until)
		asm volatile("pause");
	for (vector = 16; vector < 31; vector++)
		tdvmcall(VMCALL_WRMSR, ICR, vector, 0, 0, NULL);
}

/*
 * td_l2_interrupt.c: what is below 31 is requested, and RVI does not include it. So L1
 * gets it only after another interrupt, when the CPU evaluates the next one.
 */
static void row_l2_goes_on_when_less_than_31_is_posted(void)
{
	before = cpu_here()->arrivals;
	l2_make(1, spin, sizeof(spin));
	field_set(FIELD_DEADLINE, now() + 20 * DEADLINE_TICKS);
	other_call(send_below_31);
	CHECK(l2_enter(1, regs), REASON_DEADLINE);
	other_wait();
	CHECK(rdmsr(IRR_0), 0x7fff0000);
	let_in();
	CHECK(arrived(), 0);
	wrmsr(SELF_IPI, HIGHER);
	let_in();
	let_in();
	CHECK(arrived(), 16);
	CHECK(rdmsr(IRR_0), 0);
}

static void send_31(void)
{
	u64 until = now() + DEADLINE_TICKS;

	while (now() < until)
		asm volatile("pause");
	tdvmcall(VMCALL_WRMSR, ICR, 31, 0, 0, NULL);
}

static void row_l2_ends_when_31_is_posted(void)
{
	before = cpu_here()->arrivals;
	l2_make(1, spin, sizeof(spin));
	field_set(FIELD_DEADLINE, now() + 100 * DEADLINE_TICKS);
	other_call(send_31);
	CHECK(l2_enter(1, regs), NOTIFIED | REASON_INTERRUPT);
	other_wait();
	CHECK(arrived(), 0);
	let_in();
	CHECK(arrived(), 1);
}

/*
 * ---- Aliases ----
 *
 * Of the same module: by MapGPA the host calls
 * TDH.MEM.RANGE.BLOCK and TDH.MEM.PAGE.REMOVE of each page: the files are
 * src/vmm_dispatcher/api_calls/tdh_mem_range_block.c and tdh_mem_page_remove.c, and for the
 * page that is private again src/td_dispatcher/vm_exits/tdg_mem_page_accept.c and
 * src/td_dispatcher/vm_exits_l2/td_l2_ept_violation.c.
 */

#define OPERAND_VAPIC    170
#define EXTENDED_PENDING 6
#define RCX_PENDING      BIT_ULL(62)
#define LEVEL_2M         1
#define SIZE_4K          0x1000ULL

#define ATTR_R           0x8001ULL
#define ATTR_RWX         0x8007ULL
#define ATTR_SHIFT       16

/* Qualification: bits 5:3 are what the alias lets L2 do. */
#define EPT_ALLOWED      0x38ULL

/* No other row uses the last quarter of the arena. */
#define LARGE_PAGE       (ARENA + ARENA_BYTES / 4 * 3)
#define PATTERN          0x55443322U

/* MOV EAX, [RBX]; JMP to it. */
static const u8 load_again[] = { 0x8b, 0x03, 0xeb, 0xfc };

static u64 page_of_row(void)
{
	return l2_page(1, 9);
}

static void share(u64 gpa)
{
	CHECK(tdvmcall(VMCALL_MAP_GPA, gpa | SHARED, SIZE_4K, 0, 0, NULL), 0);
}

static void make_pending(u64 gpa)
{
	share(gpa);
	CHECK(tdvmcall(VMCALL_MAP_GPA, gpa, SIZE_4K, 0, 0, NULL), 0);
}

static void make_private(u64 gpa)
{
	make_pending(gpa);
	CHECK(tdcall_1(TDG_PAGE_ACCEPT, gpa), 0);
}

/* Return: RDX of ATTR.RD. @place: the expected RCX. */
static u64 attributes(u64 gpa, u64 place)
{
	u64 r[REGS] = { [RAX] = TDG_ATTR_RD, [RCX] = gpa };

	CHECK(tdcall(r), 0);
	CHECK(r[RCX], place);
	return r[RDX];
}

static u64 load_in(u32 vm, u64 gpa)
{
	l2_make(vm, load, sizeof(load));
	l2_buffer(vm)->gpr[RBX] = gpa;
	return l2_enter(vm, regs);
}

/* tdh_mem_page_remove(): the L2 entry of each alias becomes SEPTE_L2_INIT_VALUE. */
static void row_an_alias_goes_when_its_page_is_shared(void)
{
	u64 page = page_of_row();
	u32 vm;

	for (vm = 1; vm <= 3; vm++) {
		CHECK(l2_map(vm, page), 0);
		CHECK(load_in(vm, page), REASON_HLT);
	}
	share(page);
	CHECK(load_in(2, page), REASON_EPT);
	CHECK(regs[R8], page);
	make_private(page);
	CHECK(attributes(page, page), 0);
	for (vm = 1; vm <= 3; vm++) {
		CHECK(load_in(vm, page), REASON_EPT);
		CHECK(l2_map(vm, page), 0);
		CHECK(load_in(vm, page), REASON_HLT);
	}
}

/* The host demotes L1's page, and its aliases with it: the other parts keep theirs. */
static void row_a_part_of_a_large_alias_goes(void)
{
	u64 part = LARGE_PAGE + 77 * SIZE_4K, r[REGS] = {
		[RAX] = TDG_ATTR_WR, [RCX] = LARGE_PAGE | LEVEL_2M,
		[RDX] = ATTR_RWX << ATTR_SHIFT, [R8] = ATTR_RWX << ATTR_SHIFT,
	};

	CHECK(tdcall(r), 0);
	*(u32 *)(part + SIZE_4K) = PATTERN;
	make_private(part);
	CHECK(attributes(part, part), 0);
	CHECK(attributes(part - SIZE_4K, part - SIZE_4K), ATTR_RWX << ATTR_SHIFT);
	CHECK(attributes(part + SIZE_4K, part + SIZE_4K), ATTR_RWX << ATTR_SHIFT);
	CHECK(load_in(1, part), REASON_EPT);
	CHECK(load_in(1, part + SIZE_4K), REASON_HLT);
	CHECK(l2_buffer(1)->gpr[RAX], PATTERN);
}

static u64 ended_on_other;

static void load_for_ever(void)
{
	u64 registers[REGS];

	l2_make(2, load_again, sizeof(load_again));
	l2_buffer(2)->gpr[RBX] = page_of_row();
	ended_on_other = l2_enter(2, registers);
}

/* tdh_mem_page_remove(), is_tlb_tracked(): no CPU uses the page any more. */
static void row_an_alias_goes_while_l2_uses_it(void)
{
	u64 until;

	CHECK(l2_map(2, page_of_row()), 0);
	other_call(load_for_ever);
	for (until = now() + 300000000ULL; now() < until;)
		asm volatile("pause");
	make_private(page_of_row());
	other_wait();
	CHECK(ended_on_other, REASON_EPT);
}

/* tdg_mem_page_attr_wr(): the alias of a pending page is L2_BLOCKED; RCX tells of it. */
static void row_a_pending_page_can_have_an_alias(void)
{
	u64 page = page_of_row(), r[REGS] = {
		[RAX] = TDG_ATTR_WR, [RCX] = page, [RDX] = ATTR_R << ATTR_SHIFT,
		[R8] = ATTR_RWX << ATTR_SHIFT,
	};

	make_pending(page);
	CHECK(tdcall(r), 0);
	CHECK(r[RCX], page | RCX_PENDING);
	CHECK(r[RDX], ATTR_R << ATTR_SHIFT);
	CHECK(attributes(page, page | RCX_PENDING), ATTR_R << ATTR_SHIFT);
}

/* td_l2_ept_violation_exit(): the type of the extended qualification, in R13, is 6. */
static void row_l2_touches_a_pending_page(void)
{
	u64 page = page_of_row();

	make_pending(page);
	CHECK(load_in(1, page), REASON_EPT);
	CHECK(regs[R13], EXTENDED_PENDING);
	CHECK(l2_map(1, page), 0);
	CHECK(load_in(1, page), REASON_EPT);
	CHECK(regs[RCX] & EPT_ALLOWED, 0);
	CHECK(regs[R8], page);
	CHECK(regs[R13], EXTENDED_PENDING);
	/* A violation for a page that L1 has accepted has none. */
	CHECK(load_in(1, l2_page(1, 10)), REASON_EPT);
	CHECK(regs[R13], 0);
}

/* tdg_mem_page_accept(): sept_l2_unblock() of each alias. */
static void row_an_accepted_page_is_seen_by_its_aliases(void)
{
	u64 page = page_of_row();

	make_pending(page);
	CHECK(l2_map(1, page), 0);
	CHECK(l2_map(3, page), 0);
	CHECK(tdcall_1(TDG_PAGE_ACCEPT, page), 0);
	*(u32 *)page = PATTERN;
	CHECK(load_in(1, page), REASON_HLT);
	CHECK(l2_buffer(1)->gpr[RAX], PATTERN);
	CHECK(load_in(3, page), REASON_HLT);
	CHECK(load_in(2, page), REASON_EPT);
}

/* On TDX translate_gpas() fails, which asks the host repeatedly. Here the call is refused. */
static void row_l2_does_not_enter_with_pages_that_are_shared(void)
{
	u64 vapic;

	l2_make(1, load, sizeof(load));
	vapic = field_get(FIELD_VAPIC);
	make_pending(vapic);
	CHECK(l2_enter(1, regs), OPERAND_INVALID(OPERAND_VAPIC));
	CHECK(tdcall_1(TDG_PAGE_ACCEPT, vapic), 0);
	make_pending((u64)l2_buffer(1));
	CHECK(l2_enter(1, regs), OPERAND_INVALID(RDX));
	CHECK(tdcall_1(TDG_PAGE_ACCEPT, (u64)l2_buffer(1)), 0);
	CHECK(load_in(1, page_of_row()) & ~0x3fULL, 0);
}

const struct row l2_rows[] = {
	ROW(row_l2_halts),
	ROW(row_l2_sees_its_aliases_alone),
	ROW(row_l2_sees_no_memory_that_is_not_l1s),
	ROW(row_l2_ends_when_its_page_faults_fault),
	ROW(row_l2_vms_run_on_two_cpus),
	ROW(row_l2_ends_at_its_deadline),
	ROW(row_l2_goes_on_when_less_than_31_is_posted),
	ROW(row_l2_ends_when_31_is_posted),
	ROW(row_an_alias_goes_when_its_page_is_shared),
	ROW(row_a_part_of_a_large_alias_goes),
	ROW(row_an_alias_goes_while_l2_uses_it),
	ROW(row_a_pending_page_can_have_an_alias),
	ROW(row_l2_touches_a_pending_page),
	ROW(row_an_accepted_page_is_seen_by_its_aliases),
	ROW(row_l2_does_not_enter_with_pages_that_are_shared),
};

const u32 l2_count = ARRAY_SIZE(l2_rows);
