// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interrupts of L1, on the vectors that kernels do not use for interrupts.
 *
 * The expectations are those of Intel's SDM 3C, "APIC Virtualization and Virtual
 * Interrupts", for the CPU that runs L1: "Posted-Interrupt Processing" knows no lowest
 * vector, and no vector below 16 comes in by "Self-IPI Virtualization".
 */
#include "bare.h"

#define TPR        0x808
#define PPR        0x80a
#define EOI        0x80b
#define ISR_0      0x810
#define IRR_0      0x820
#define IRR_1      0x821
#define ICR        0x830
#define SELF_IPI   0x83f

#define FIRST      16
#define LAST       31
#define HIGHER     0x31

static struct cpu *cpu;
static u32 before;

static void begin(void)
{
	cpu = cpu_here();
	before = cpu->arrivals;
}

static u32 arrived(void)
{
	return cpu->arrivals - before;
}

static u8 arrival(u32 number)
{
	return cpu->arrived[(before + number) % 64];
}

static void row_posted_by_its_own_cpu(void)
{
	u32 vector;

	for (vector = FIRST; vector <= LAST; vector++) {
		begin();
		wrmsr(SELF_IPI, vector);
		CHECK(arrived(), 0);
		CHECK(rdmsr(IRR_0), BIT(vector));
		let_in();
		CHECK(arrived(), 1);
		CHECK(arrival(0), vector);
		CHECK(rdmsr(IRR_0), 0);
		CHECK(rdmsr(ISR_0), 0);
	}
}

/* The host posts them, as KVM and Hyper-V do for a write of ICR. */
static void row_posted_by_the_host(void)
{
	u32 vector;

	for (vector = FIRST; vector <= LAST; vector++) {
		begin();
		CHECK(tdvmcall(VMCALL_WRMSR, ICR, 0x44000 | vector, 0, 0, NULL), 0);
		CHECK(rdmsr(IRR_0), BIT(vector));
		let_in();
		CHECK(arrived(), 1);
		CHECK(arrival(0), vector);
	}
}

static void send_to_first(void)
{
	u32 vector;

	for (vector = FIRST; vector <= LAST; vector++)
		tdvmcall(VMCALL_WRMSR, ICR, vector, 0, 0, NULL);
}

static void row_posted_by_another_cpu(void)
{
	u32 tries = 0;

	begin();
	other_call(send_to_first);
	asm volatile("sti");
	while (arrived() < LAST - FIRST + 1 && tries++ < 100000000)
		asm volatile("pause");
	asm volatile("cli");
	other_wait();
	CHECK(arrived(), LAST - FIRST + 1);
}

static void row_posted_while_l1_halts(void)
{
	begin();
	other_call(send_to_first);
	CHECK(tdvmcall(VMCALL_HLT, 1, 0, 0, 0, NULL), 0);
	other_wait();
	CHECK(arrived(), 0);
	let_in();
	CHECK(arrived(), LAST - FIRST + 1);
}

static void row_posted_the_highest_comes_first(void)
{
	begin();
	wrmsr(SELF_IPI, 0x12);
	wrmsr(SELF_IPI, HIGHER);
	wrmsr(SELF_IPI, 0x1f);
	wrmsr(SELF_IPI, 0x15);
	CHECK(rdmsr(IRR_0), BIT(0x12) | BIT(0x1f) | BIT(0x15));
	CHECK(rdmsr(IRR_1), BIT(HIGHER % 32));
	let_in();
	CHECK(arrived(), 4);
	CHECK(arrival(0), HIGHER);
	CHECK(arrival(1), 0x1f);
	CHECK(arrival(2), 0x15);
	CHECK(arrival(3), 0x12);
}

static void row_posted_the_task_priority_holds_it(void)
{
	begin();
	wrmsr(TPR, 0x10);
	wrmsr(SELF_IPI, 0x1f);
	wrmsr(SELF_IPI, HIGHER);
	let_in();
	CHECK(arrived(), 1);
	CHECK(arrival(0), HIGHER);
	CHECK(rdmsr(PPR), 0x10);
	wrmsr(TPR, 0xf);
	let_in();
	CHECK(arrived(), 2);
	CHECK(arrival(1), 0x1f);
	wrmsr(TPR, 0);
}

static void row_posted_one_in_service_holds_its_class(void)
{
	begin();
	cpu->keeps_eoi = true;
	wrmsr(SELF_IPI, 0x14);
	let_in();
	CHECK(arrived(), 1);
	CHECK(rdmsr(ISR_0), BIT(0x14));
	CHECK(rdmsr(PPR), 0x10);
	wrmsr(SELF_IPI, 0x1f);
	let_in();
	CHECK(arrived(), 1);
	wrmsr(SELF_IPI, HIGHER);
	let_in();
	CHECK(arrived(), 2);
	CHECK(arrival(1), HIGHER);
	wrmsr(EOI, 0);
	CHECK(rdmsr(ISR_0), 0);
	CHECK(rdmsr(PPR), 0);
	let_in();
	CHECK(arrived(), 3);
	CHECK(arrival(2), 0x1f);
}

static void row_posted_a_higher_one_in_service_holds_it(void)
{
	begin();
	cpu->keeps_eoi = true;
	wrmsr(SELF_IPI, HIGHER);
	let_in();
	wrmsr(SELF_IPI, 0x14);
	let_in();
	CHECK(arrived(), 1);
	CHECK(rdmsr(PPR), HIGHER & 0xf0);
	wrmsr(EOI, 0);
	let_in();
	CHECK(arrived(), 2);
	CHECK(arrival(1), 0x14);
}

/*
 * SDM 3A, 11.8.6: CR8 and TPR are one register. MOV CR8, RBX, and then RAX gets CR8. At first, an
 * interrupt waits for a window; then none can be delivered.
 */
static void row_posted_the_task_priority_by_cr8(void)
{
	u64 regs[REGS] = { [RBX] = 0x10 };

	begin();
	wrmsr(SELF_IPI, 0x1f);
	CHECK(execute("\x44\x0f\x22\xc3", 4, regs), VECTOR_GP);
	regs[RBX] = 2;
	CHECK(execute("\x44\x0f\x22\xc3\x44\x0f\x20\xc0", 8, regs), NO_TRAP);
	CHECK(regs[RAX], 2);
	CHECK(rdmsr(TPR), 0x20);
	let_in();
	CHECK(arrived(), 0);
	regs[RBX] = 1;
	CHECK(execute("\x44\x0f\x22\xc3", 4, regs), NO_TRAP);
	CHECK(rdmsr(TPR), 0x10);
	let_in();
	CHECK(arrived(), 0);
	regs[RBX] = 0;
	CHECK(execute("\x44\x0f\x22\xc3", 4, regs), NO_TRAP);
	CHECK(rdmsr(TPR), 0);
	let_in();
	CHECK(arrived(), 1);
	wrmsr(TPR, 0x25);
	CHECK(rdmsr(TPR), 0x25);
	CHECK(rdmsr(PPR), 0x25);
	wrmsr(TPR, 0);
}

/* SDM 2B, STI: nothing comes before the end of the next instruction. */
static void row_posted_not_right_after_sti(void)
{
	u64 regs[REGS] = { 0 };

	begin();
	wrmsr(SELF_IPI, 0x1f);
	CHECK(execute("\xfb\xfa", 2, regs), NO_TRAP);
	CHECK(arrived(), 0);
	let_in();
	CHECK(arrived(), 1);
}

static void row_posted_vectors_begin_with_16(void)
{
	u32 vector;

	begin();
	for (vector = 0; vector < FIRST; vector++)
		tdvmcall(VMCALL_WRMSR, ICR, 0x44000 | vector, 0, 0, NULL);
	let_in();
	CHECK(rdmsr(IRR_0), 0);
	CHECK(arrived(), 0);
}

/* src/td_transitions/tdg_vp_enter.c: RVI above PPR, and L2 is not entered. */
static void row_posted_before_vp_enter(void)
{
	u64 vapic[REGS] = { [RAX] = TDG_VP_WR, [RDX] = 0x2420000300002012ULL, [R8] = ARENA,
			    [R9] = ~0ULL };
	u64 enter[REGS] = { [RAX] = TDG_VP_ENTER, [RCX] = 1ULL << 52, [RDX] = ARENA + 4096 };

	CHECK(tdcall(vapic), 0);
	begin();
	wrmsr(SELF_IPI, FIRST);
	CHECK(tdcall(enter), 0x0000112000000000ULL);
	CHECK(arrived(), 0);
	let_in();
	CHECK(arrived(), 1);
}

/* QEMU would do nothing else with a periodic timer that is always due. */
static void row_a_timer_that_repeats_at_once_blocks_nothing(void)
{
	u64 until;

	tdvmcall(VMCALL_WRMSR, 0x83e, 0xb, 0, 0, NULL);
	tdvmcall(VMCALL_WRMSR, 0x832, BIT(17) | HIGHER, 0, 0, NULL);
	begin();
	tdvmcall(VMCALL_WRMSR, 0x838, 1, 0, 0, NULL);
	for (until = 0; until < 1000000 && arrived() < 2; until++)
		let_in();
	tdvmcall(VMCALL_WRMSR, 0x838, 0, 0, 0, NULL);
	tdvmcall(VMCALL_WRMSR, 0x832, BIT(16), 0, 0, NULL);
	let_in();
	CHECK(arrived() >= 2, true);
}

/*
 * SDM 3C, "Virtualizing MSR-Based APIC Accesses": WRMSR of ICR faults if one of the bits 31:20,
 * 17:16 and 13 is set. Bit 12, which xAPIC sets while it sends, is none of them.
 */
static void row_icr_reserved_bits_are_refused(void)
{
	const u64 self = 0x44000 | HIGHER;
	u32 bit;

	begin();
	for (bit = 0; bit < 32; bit++) {
		if (bit >= 20 || bit == 17 || bit == 16 || bit == 13)
			CHECK(!tdvmcall(VMCALL_WRMSR, ICR, self | BIT(bit), 0, 0, NULL), false);
	}
	let_in();
	CHECK(arrived(), 0);
	CHECK(tdvmcall(VMCALL_WRMSR, ICR, self | BIT(12), 0, 0, NULL), 0);
	let_in();
	CHECK(arrived(), 1);
}

const struct row posted_rows[] = {
	ROW(row_posted_by_its_own_cpu),
	ROW(row_posted_by_the_host),
	ROW(row_posted_by_another_cpu),
	ROW(row_posted_while_l1_halts),
	ROW(row_posted_the_highest_comes_first),
	ROW(row_posted_the_task_priority_holds_it),
	ROW(row_posted_one_in_service_holds_its_class),
	ROW(row_posted_a_higher_one_in_service_holds_it),
	ROW(row_posted_the_task_priority_by_cr8),
	ROW(row_posted_not_right_after_sti),
	ROW(row_posted_vectors_begin_with_16),
	ROW(row_posted_before_vp_enter),
	ROW(row_a_timer_that_repeats_at_once_blocks_nothing),
	ROW(row_icr_reserved_bits_are_refused),
};

const u32 posted_count = ARRAY_SIZE(posted_rows);
