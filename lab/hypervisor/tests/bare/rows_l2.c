// SPDX-License-Identifier: GPL-2.0-only
/*
 * L2, where Linux's own timer and interrupts would be in the way.
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

/* It is the module's own: it needs no timer of L1's. */
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

/* Once L2 runs, which cannot be detected. QEMU gives each CPU 0.1 s at a time. */
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

const struct row l2_rows[] = {
	ROW(row_l2_halts),
	ROW(row_l2_sees_its_aliases_alone),
	ROW(row_l2_sees_no_memory_that_is_not_l1s),
	ROW(row_l2_ends_when_its_page_faults_fault),
	ROW(row_l2_vms_run_on_two_cpus),
	ROW(row_l2_ends_at_its_deadline),
	ROW(row_l2_goes_on_when_less_than_31_is_posted),
	ROW(row_l2_ends_when_31_is_posted),
};

const u32 l2_count = ARRAY_SIZE(l2_rows);
