// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Interrupts: L1's interrupts, which end L2, and L2's virtual interrupts.
 *
 * L1's follow Intel's TDX module, release TDX_1.5.01: tdg_vp_enter() of
 * src/td_transitions/tdg_vp_enter.c, and handle_l2_posted_interrupt() of
 * src/td_dispatcher/vm_exits_l2/td_l2_interrupt.c. L2's are the CPU's alone: SDM 3C, "APIC
 * Virtualization and Virtual Interrupts".
 */
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "tdx.h"

#define VECTOR_GP 13

#define LOW  0x31
#define MID  0x52
#define HIGH 0x93

/* Starts L2 with interrupts enabled, and with its APIC offloaded. */
static void start_open(enum guest_program program)
{
	msr_offload();
	log_eoi(true);
	l2_start(program);
	l2.state->rflags |= RFLAGS_IF;
}

/* The same, with a program that writes an MSR of its APIC. */
static void start_wrmsr(uint32_t msr, uint64_t value)
{
	start_open(GUEST_WRMSR);
	l2.state->rcx = msr;
	l2.state->rax = value;
}

/* The exit came after the instruction: RIP is already at the end of the program. */
static void check_is_past_it(void)
{
	uint64_t rip = l2.state->rip;

	l2_expect(18);
	check_hex(l2.state->rip, rip);
}

static void row_10_5_1_a_pending_entry_changes_rax_alone(void **state)
{
	struct lab_tdx_regs regs, before;
	struct l2_state buffer;
	unsigned int i;

	field_set(FIELD(F_EVENT), 0x80000000 | LOW);
	buffer = *l2.state;
	for (i = 0; i < 2; i++) {
		memset(&regs, 0x5a, sizeof(regs));
		regs.rax = VP_ENTER;
		regs.rcx = VM_1;
		regs.rdx = page_gpa(PAGE_STATE);
		before = regs;
		l2.flags = LAB_TDX_CALL_PENDING;
		before.rax = PENDING;
		check_hex(tdcall_regs(&regs), PENDING);
		assert_memory_equal(&regs, &before, sizeof(regs));
		check_hex(l2.call.before, 0);
	}
	assert_memory_equal(l2.state, &buffer, sizeof(buffer));
	check_hex(field_get(FIELD(F_EVENT)), 0x80000000 | LOW);
	check(l2_stats().pending >= 2, "it is not counted");
}

/* Enters L2 once. L1's timer ends this after @usecs, unless something else does. */
static void enter_for(uint32_t usecs)
{
	l2.flags = LAB_TDX_CALL_TIMER;
	l2.usecs = usecs;
	check_hex(l2_enter() >> 44, 1);
}

static void row_10_5_2_an_interrupt_of_l1_ends_l2(void **state)
{
	uint64_t before;
	unsigned int tries = 0;

	l2_start(GUEST_SPIN);
	do {
		check(tries++ < 1000, "L2 does not run");
		before = log_loops();
		enter_for(2000);
		/* L1's handler runs only after the call, when L1 enables interrupts. */
		check_hex(l2.call.before, 0);
	} while (l2.call.regs.rax != (NOTIFIED | 1) || !l2.call.after || log_loops() == before);
	check(l2.state->rip > L2_CODE + 0x200 - 1 && l2.state->rip < L2_CODE + 0x220,
	      "RIP %#llx is not in the loop", (unsigned long long)l2.state->rip);
}

/*
 * L1's timer expires at about the time of the entry: each time a little earlier or later. If its
 * interrupt were lost, L2 would not end.
 */
static void sweep_a_timer_over_the_entry(uint64_t rflags)
{
	unsigned int tries;

	for (tries = 0; tries < 10000; tries++) {
		l2_start(GUEST_SPIN);
		l2.state->rflags |= rflags;
		l2_assert(MID);
		enter_for(tries % 200);
		vapic_put(VAPIC_ISR + (MID / 32) * 0x10, 0);
		l2.state->svi = 0;
		log_clear();
	}
}

static void row_10_5_2_no_interrupt_of_l1_is_lost_when_l2_gets_one(void **state)
{
	msr_offload();
	sweep_a_timer_over_the_entry(RFLAGS_IF);
	check(l2_stats().notified > 100, "L2 was hardly interrupted");
	check(l2_stats().delivered > 100, "hardly any interrupt was delivered");
}

static void row_10_5_2_no_interrupt_of_l1_is_lost_while_l2_has_one_pending(void **state)
{
	msr_offload();
	sweep_a_timer_over_the_entry(0);
	check(l2_stats().notified > 100, "L2 was hardly interrupted");
	check_hex(l2_stats().delivered, 0);
}

/* To show the stacks of the other CPUs, the kernel sends an NMI to each of them. */
static void *send_nmis(void *done)
{
	int trigger = open("/proc/sysrq-trigger", O_WRONLY | O_CLOEXEC);
	bool sent = trigger >= 0 && write(trigger, "l", 1) == 1;

	close(trigger);
	__atomic_store_n((bool *)done, true, __ATOMIC_RELEASE);
	return (void *)sent;
}

/* Sends NMIs from CPU 0 while L2 spins on the last CPU. Returns how many arrived in L2. */
static uint64_t spin_under_nmis(void)
{
	/* This is static, because the thread outlives a test that fails. */
	static bool done;
	pthread_attr_t attributes;
	pthread_t thread;
	cpu_set_t cpus;
	void *sent;

	done = false;
	CPU_ZERO(&cpus);
	CPU_SET(0, &cpus);
	pthread_attr_init(&attributes);
	pthread_attr_setaffinity_np(&attributes, sizeof(cpus), &cpus);
	check(!pthread_create(&thread, &attributes, send_nmis, &done), "no thread");
	pthread_attr_destroy(&attributes);
	while (!__atomic_load_n(&done, __ATOMIC_ACQUIRE)) {
		enter_for(5000);
		check_hex(log_count(), 0);
	}
	pthread_join(thread, &sent);
	check(sent, "the kernel sends no NMI: is /proc mounted?");
	return l2_stats().internal[LAB_TDX_INTERNAL_NMI];
}

static void row_5_an_nmi_goes_to_l1(void **state)
{
	unsigned int tries;

	if (sysconf(_SC_NPROCESSORS_ONLN) < 2)
		skip();
	l2_start(GUEST_SPIN);
	l2.state->rbx = LOW;
	/* The NMI may also arrive between two entries. */
	for (tries = 0; !spin_under_nmis(); tries++)
		check(tries < 20, "no NMI has come in L2");
	/* L1's handler got the NMI, and L2 continues: it is neither an exit nor an event of L2. */
	check_hex(l2.state->rbx, LOW);
	check_hex(l2_stats().reasons[0], 0);
	check_hex(field_get(FIELD(F_INTERRUPTIBILITY)), 0);
	l2_exits(GUEST_VMCALL, 18);
}

static void row_10_5_3_irr_without_rvi_is_not_delivered(void **state)
{
	start_open(GUEST_WRMSR_TWICE);
	vapic_set(VAPIC_IRR, LOW);
	/* L2 writes EOI, then TPR: neither evaluates IRR. */
	l2.state->rcx = 0x80b;
	l2.state->rsi = 0x808;
	l2_ends_with(0);
	check(vapic_bit(VAPIC_IRR, LOW), "it is gone");
	/* After another delivery, RVI is computed again. */
	l2_assert(HIGH);
	l2_ends_with(2);
	check_hex(log_vector(0), HIGH);
	check_hex(log_vector(1), LOW);
}

static void row_10_5_4_a_masked_vector_stays_pending(void **state)
{
	msr_offload();
	l2_start(GUEST_VMCALL);
	vapic_put(VAPIC_TPR, 0xf0);
	l2_assert(MID);
	l2_expect(18);
	check_hex(l2.state->rvi, MID);
	check_hex(l2.state->svi, 0);
	check(vapic_bit(VAPIC_IRR, MID), "IRR has lost it");
	check(!vapic_bit(VAPIC_ISR, MID), "ISR has it");
	check_hex(vapic_get(VAPIC_PPR), 0xf0);
	check_hex(log_count(), 0);
}

static void row_10_5_4_a_vector_stays_pending_with_interrupts_off(void **state)
{
	msr_offload();
	log_eoi(true);
	l2_start(GUEST_VMCALL);
	l2_assert(MID);
	l2_expect(18);
	check_hex(l2.state->rvi, MID);
	check_hex(log_count(), 0);
	/* It is delivered as soon as L2 enables interrupts. */
	l2_exits(GUEST_STI_VMCALL, 18);
	check_hex(log_count(), 1);
	check_hex(l2.state->rvi, 0);
	check(l2_stats().internal[LAB_TDX_INTERNAL_WINDOW] >= 1, "no window");
}

static void row_10_5_5_the_higher_class_comes_first(void **state)
{
	struct lab_tdx_stats stats;

	start_open(GUEST_VMCALL);
	l2_assert(LOW);
	l2_assert(HIGH);
	l2_ends_with(2);
	check_hex(log_vector(0), HIGH);
	check_hex(log_vector(1), LOW);
	check_hex(l2.state->rvi, 0);
	check_hex(l2.state->svi, 0);
	check(!vapic_bit(VAPIC_ISR, LOW) && !vapic_bit(VAPIC_ISR, HIGH), "still in service");
	stats = l2_stats();
	check_hex(stats.delivered, 2);
	check_hex(stats.internal[LAB_TDX_INTERNAL_EOI], 2);
	check_hex(stats.reasons[32], 0);
}

static void row_10_5_5_service_nests(void **state)
{
	start_open(GUEST_VMCALL);
	/* Without an EOI, the lower vector stays in service while the higher one interrupts it. */
	log_eoi(false);
	l2_assert(LOW);
	l2_expect(18);
	check_hex(l2.state->svi, LOW);
	check_hex(vapic_get(VAPIC_PPR), LOW & 0xf0);
	l2_assert(HIGH);
	l2_expect(18);
	check_hex(l2.state->svi, HIGH);
	check(vapic_bit(VAPIC_ISR, LOW) && vapic_bit(VAPIC_ISR, HIGH), "not both in service");
	check_hex(log_count(), 2);
	/* A vector of the class that is in service has to wait for the EOI. */
	l2_assert((HIGH & 0xf0) | 0xf);
	l2_ends_with(2);
	l2.state->rip = ENTRY(GUEST_WRMSR);
	l2.state->rcx = 0x80b;
	l2.state->rax = 0;
	l2.state->rdx = 0;
	log_eoi(true);
	l2_ends_with(3);
	check_hex(log_vector(2), (HIGH & 0xf0) | 0xf);
	check_hex(l2.state->svi, LOW);
}

static void row_10_5_6_sti_shadow_lasts_over_hlt(void **state)
{
	msr_offload();
	log_eoi(true);
	l2_start(GUEST_STI_HLT);
	l2_assert(MID);
	l2_expect(12);
	check_hex(log_count(), 0);
	check_hex(l2.state->rvi, MID);
	check_hex(field_get(FIELD(F_INTERRUPTIBILITY)), 1);
	check(l2.state->rflags & RFLAGS_IF, "STI has not run");
}

static void row_10_5_6_without_shadow_delivery_precedes_hlt(void **state)
{
	msr_offload();
	log_eoi(true);
	l2_start(GUEST_STI_NOP_HLT);
	l2_assert(MID);
	l2_expect(12);
	check_hex(log_count(), 1);
	check_hex(l2.state->rvi, 0);
	check_hex(field_get(FIELD(F_INTERRUPTIBILITY)), 0);
}

static void row_4_6_clearing_the_shadow_allows_delivery(void **state)
{
	msr_offload();
	log_eoi(true);
	l2_start(GUEST_STI_HLT);
	l2_assert(MID);
	l2_expect(12);
	/* A driver does this to wake L2. */
	l2_skip();
	field_set_masked(FIELD(F_INTERRUPTIBILITY), 0, 1);
	l2_ends_with(1);
}

static void row_4_6_a_shadow_at_entry_holds_for_one_instruction(void **state)
{
	start_open(GUEST_HLT);
	/* Start after the slot's jump, because the jump would end the shadow. */
	l2_expect(12);
	field_set_masked(FIELD(F_INTERRUPTIBILITY), 1, 1);
	l2_assert(MID);
	l2_expect(12);
	check_hex(log_count(), 0);
	field_set_masked(FIELD(F_INTERRUPTIBILITY), 0, 1);
	l2_expect(12);
	check_hex(log_count(), 1);
}

#define SHADOW_STI    1
#define SHADOW_MOV_SS 2

static void row_3_the_shadow_of_sti_is_bit_0(void **state)
{
	l2_exits(GUEST_STI_HLT, 12);
	check_hex(field_get(FIELD(F_INTERRUPTIBILITY)), SHADOW_STI);
	check(l2.state->rflags & RFLAGS_IF, "STI has not run");
	/* The next entry keeps the shadow, and HLT exits again. */
	l2_expect(12);
	l2_skip();
	check_hex(field_get(FIELD(F_INTERRUPTIBILITY)), SHADOW_STI);
	field_set_masked(FIELD(F_INTERRUPTIBILITY), 0, SHADOW_STI);
	l2_expect(18);
	check_hex(field_get(FIELD(F_INTERRUPTIBILITY)), 0);
}

/* With interrupts disabled, STI causes no shadow, and an entry with such a shadow would fail. */
static void row_3_the_shadow_of_mov_ss_is_bit_1(void **state)
{
	l2.state->rax = SELECTOR_DATA;
	l2_exits(GUEST_MOV_SS_HLT, 12);
	check_hex(field_get(FIELD(F_INTERRUPTIBILITY)), SHADOW_MOV_SS);
	check(!(l2.state->rflags & RFLAGS_IF), "interrupts are on");
	l2_expect(12);
	l2_skip();
	check_hex(field_get(FIELD(F_INTERRUPTIBILITY)), SHADOW_MOV_SS);
	field_set_masked(FIELD(F_INTERRUPTIBILITY), 0, SHADOW_MOV_SS);
	l2_expect(18);
	check_hex(field_get(FIELD(F_INTERRUPTIBILITY)), 0);
}

/* The interrupt arrives between any two instructions, not only at one that exits. */
static void row_5_an_interrupt_of_l1_in_the_shadow_of_mov_ss(void **state)
{
	unsigned int tries, shadows = 0;
	uint64_t shadow;

	l2_start(GUEST_MOV_SS_SPIN);
	l2.state->rax = SELECTOR_DATA;
	for (tries = 0; tries < 2000 && shadows < 5; tries++) {
		enter_for(300);
		shadow = field_get(FIELD(F_INTERRUPTIBILITY));
		check(!shadow || shadow == SHADOW_MOV_SS, "it is %#llx",
		      (unsigned long long)shadow);
		shadows += shadow == SHADOW_MOV_SS;
	}
	check(shadows == 5, "no interrupt came in the shadow");
	check(log_loops() > 0, "L2 does not run");
}

static void row_10_5_7_eoi_exit_is_45_after_the_instruction(void **state)
{
	start_wrmsr(0x80b, 0);
	field_set(FIELD(F_EOI_0 + MID / 64 * 2), 1ULL << MID % 64);
	l2.state->svi = MID;
	vapic_set(VAPIC_ISR, MID);
	l2_expect(45);
	check_hex(l2.call.regs.rcx, MID);
	check_hex(l2.state->svi, 0);
	check(!vapic_bit(VAPIC_ISR, MID), "still in service");
	check_is_past_it();
}

static void row_4_2_eoi_without_its_bit_is_silent(void **state)
{
	start_wrmsr(0x80b, 0);
	field_set(FIELD(F_EOI_0 + LOW / 64 * 2), 1ULL << LOW % 64);
	l2.state->svi = MID;
	vapic_set(VAPIC_ISR, MID);
	vapic_set(VAPIC_ISR, LOW);
	l2_expect(18);
	check_hex(l2.state->svi, LOW);
	check_hex(vapic_get(VAPIC_PPR), LOW & 0xf0);
}

static void row_4_2_eoi_must_be_zero(void **state)
{
	start_wrmsr(0x80b, 1);
	l2_expect(18);
	check_hex(l2.state->rax, GUEST_FAULT + VECTOR_GP);
}

static void row_4_2_tpr_has_8_bits(void **state)
{
	start_wrmsr(0x808, 0x100);
	l2_expect(18);
	check_hex(l2.state->rax, GUEST_FAULT + VECTOR_GP);
	check_hex(vapic_get(VAPIC_TPR), 0);
}

static void row_4_2_lowering_tpr_allows_delivery(void **state)
{
	start_wrmsr(0x808, 0x40);
	vapic_put(VAPIC_TPR, 0xf0);
	l2_assert(MID);
	l2_ends_with(1);
	check_hex(vapic_get(VAPIC_TPR), 0x40);
	check_hex(vapic_get(VAPIC_PPR), 0x40);
	check_hex(l2_stats().internal[LAB_TDX_INTERNAL_TPR], 1);
}

static void row_4_2_cr8_is_the_tpr(void **state)
{
	start_open(GUEST_WRITE_CR8);
	vapic_put(VAPIC_TPR, 0xf0);
	l2_assert(MID);
	l2.state->rax = 4;
	l2_ends_with(1);
	check_hex(vapic_get(VAPIC_TPR), 0x40);
	l2_exits(GUEST_READ_CR8, 18);
	check_hex(l2.state->rax, 4);
}

static void row_4_2_self_ipi_is_delivered(void **state)
{
	start_wrmsr(0x83f, MID);
	l2_ends_with(1);
	check_hex(log_vector(0), MID);
	check_hex(l2_stats().internal[LAB_TDX_INTERNAL_SELF_IPI], 1);
}

static void row_4_2_self_ipi_below_16_is_56(void **state)
{
	start_wrmsr(0x83f, 15);
	l2_expect(56);
	check_hex(l2.call.regs.rcx, 0x3f0);
	check_is_past_it();
}

static void row_4_2_priority_comes_from_svi_at_entry(void **state)
{
	start_open(GUEST_VMCALL);
	l2.state->svi = 0x60;
	l2_assert(MID);
	vapic_put(VAPIC_PPR, 0);
	l2_expect(18);
	check_hex(vapic_get(VAPIC_PPR), 0x60);
	check_hex(log_count(), 0);
	/* The priority classes are equal: PPR is TPR, including its low bits. */
	vapic_put(VAPIC_TPR, 0x6c);
	l2_expect(18);
	check_hex(vapic_get(VAPIC_PPR), 0x6c);
}

static void row_4_2_without_vid_eoi_and_self_ipi_exit(void **state)
{
	start_wrmsr(0x80b, 0);
	field_set_masked(FIELD(F_SECONDARY), 0, VID);
	l2_assert(MID);
	l2_expect(32);
	l2.state->rcx = 0x83f;
	l2_exits(GUEST_WRMSR, 32);
	check_hex(log_count(), 0);
}

static void row_4_2_without_vid_tpr_below_threshold_is_43(void **state)
{
	start_wrmsr(0x808, 0x40);
	field_set_masked(FIELD(F_SECONDARY), 0, VID);
	field_set(FIELD(F_TPR_THRESHOLD), 5);
	vapic_put(VAPIC_TPR, 0x60);
	l2_expect(43);
	field_set(FIELD(F_TPR_THRESHOLD), 4);
	check_is_past_it();
}

static void row_4_3_asserting_needs_no_call(void **state)
{
	unsigned int i;

	start_open(GUEST_STI_SPIN);
	for (i = 0; i < 100; i++) {
		uint8_t vector = 0x20 + i * 2;

		l2_assert(vector);
		while (log_count() != i + 1)
			enter_for(100);
		check_hex(log_vector(i), vector);
	}
	check_hex(l2_stats().delivered, 100);
}

static void row_4_6_interrupt_window_is_7(void **state)
{
	msr_offload();
	log_eoi(true);
	field_set_masked(FIELD(F_PRIMARY), INTERRUPT_WINDOW, INTERRUPT_WINDOW);
	l2_start(GUEST_STI_VMCALL);
	l2_assert(MID);
	l2_expect(7);
	/* While the interrupt window is requested, no interrupt is delivered. */
	check_hex(log_count(), 0);
	check_hex(l2.state->rvi, MID);
	check(l2.state->rflags & RFLAGS_IF, "interrupts are off");
	field_set_masked(FIELD(F_PRIMARY), 0, INTERRUPT_WINDOW);
	l2_ends_with(1);
}

static void row_4_6_interrupt_window_is_7_at_once_if_open(void **state)
{
	start_open(GUEST_VMCALL);
	field_set_masked(FIELD(F_PRIMARY), INTERRUPT_WINDOW, INTERRUPT_WINDOW);
	l2_expect(7);
	check_hex(l2.state->rip, ENTRY(GUEST_VMCALL));
}

static void row_10_5_8_delivery_on_a_missing_stack_is_reported(void **state)
{
	start_open(GUEST_VMCALL);
	page_allow(PAGE_STACK, 0);
	l2_assert(MID);
	l2_expect(48);
	check_hex(l2.call.regs.r10 & 0xffffffff, 0x80000000 | MID);
	check(vapic_bit(VAPIC_ISR, MID), "not in service");
	check(!vapic_bit(VAPIC_IRR, MID), "still requested");
	check_hex(l2.state->rvi, 0);
	check_hex(l2.state->svi, MID);
	check_hex(log_count(), 0);
	check_hex(l2.state->rip, ENTRY(GUEST_VMCALL));
	/* L1 injects it again by the entry fields, and it is delivered once. */
	page_allow(PAGE_STACK, 7);
	field_set(FIELD(F_EVENT), 0x80000000 | MID);
	l2_ends_with(1);
	check_hex(log_vector(0), MID);
	check_hex(l2.state->svi, 0);
}

const struct CMUnitTest interrupt_tests[] = {
	TEST(row_10_5_1_a_pending_entry_changes_rax_alone),
	TEST(row_10_5_2_an_interrupt_of_l1_ends_l2),
	TEST(row_10_5_2_no_interrupt_of_l1_is_lost_when_l2_gets_one),
	TEST(row_10_5_2_no_interrupt_of_l1_is_lost_while_l2_has_one_pending),
	TEST(row_5_an_nmi_goes_to_l1),
	TEST(row_10_5_3_irr_without_rvi_is_not_delivered),
	TEST(row_10_5_4_a_masked_vector_stays_pending),
	TEST(row_10_5_4_a_vector_stays_pending_with_interrupts_off),
	TEST(row_10_5_5_the_higher_class_comes_first),
	TEST(row_10_5_5_service_nests),
	TEST(row_10_5_6_sti_shadow_lasts_over_hlt),
	TEST(row_10_5_6_without_shadow_delivery_precedes_hlt),
	TEST(row_4_6_clearing_the_shadow_allows_delivery),
	TEST(row_4_6_a_shadow_at_entry_holds_for_one_instruction),
	TEST(row_3_the_shadow_of_sti_is_bit_0),
	TEST(row_3_the_shadow_of_mov_ss_is_bit_1),
	TEST(row_5_an_interrupt_of_l1_in_the_shadow_of_mov_ss),
	TEST(row_10_5_7_eoi_exit_is_45_after_the_instruction),
	TEST(row_4_2_eoi_without_its_bit_is_silent),
	TEST(row_4_2_eoi_must_be_zero),
	TEST(row_4_2_tpr_has_8_bits),
	TEST(row_4_2_lowering_tpr_allows_delivery),
	TEST(row_4_2_cr8_is_the_tpr),
	TEST(row_4_2_self_ipi_is_delivered),
	TEST(row_4_2_self_ipi_below_16_is_56),
	TEST(row_4_2_priority_comes_from_svi_at_entry),
	TEST(row_4_2_without_vid_eoi_and_self_ipi_exit),
	TEST(row_4_2_without_vid_tpr_below_threshold_is_43),
	TEST(row_4_3_asserting_needs_no_call),
	TEST(row_4_6_interrupt_window_is_7),
	TEST(row_4_6_interrupt_window_is_7_at_once_if_open),
	TEST(row_10_5_8_delivery_on_a_missing_stack_is_reported),
};

const size_t interrupt_count = ARRAY_SIZE(interrupt_tests);
