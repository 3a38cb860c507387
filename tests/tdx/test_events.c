// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Events that L1 injects into L2 at entry, and the TSC deadline.
 *
 * Intel's TDX module leaves both to the CPU: the fields of the event are in the L2 VMCS, and
 * set_vmx_preemption_timer() of src/common/helpers/helpers.c makes a timer of the deadline. So the
 * rows follow the SDM, 3C: "Event Injection", "VMX-Preemption Timer", and the chapter on exits.
 */
#include <x86intrin.h>

#include "tdx.h"

#define VALID      0x80000000u
#define NMI        0x200u
#define EXCEPTION  0x300u
#define SOFTWARE   0x400u
#define ERROR_CODE 0x800u

static uint64_t *stack_at(uint64_t address)
{
	return page_at(PAGE_STACK) + (address - L2_STACK);
}

static void row_4_6_an_interrupt_is_injected(void **state)
{
	l2_start(GUEST_VMCALL);
	l2.state->rflags |= RFLAGS_IF;
	field_set(FIELD(F_EVENT), VALID | 0x41);
	l2_ends_with(1);
	check_hex(log_vector(0), 0x41);
	/* The injection does not change the virtual APIC. */
	check(!vapic_bit(VAPIC_ISR, 0x41), "in service");
}

static void row_4_6_an_event_is_injected_once(void **state)
{
	l2_start(GUEST_VMCALL);
	l2.state->rflags |= RFLAGS_IF;
	field_set(FIELD(F_EVENT), VALID | 0x41);
	l2_expect(18);
	check_hex(field_get(FIELD(F_EVENT)) & VALID, 0);
	l2_ends_with(1);
}

static void row_4_6_an_interrupt_with_interrupts_off_fails_the_entry(void **state)
{
	l2_start(GUEST_VMCALL);
	field_set(FIELD(F_EVENT), VALID | 0x41);
	check_hex(l2_run(), 0x80000021);
	/* The event remains valid. */
	check_hex(field_get(FIELD(F_EVENT)), VALID | 0x41);
	l2.state->rflags |= RFLAGS_IF;
	field_set_masked(FIELD(F_INTERRUPTIBILITY), 1, 1);
	check_hex(l2_run(), 0x80000021);
	field_set_masked(FIELD(F_INTERRUPTIBILITY), 0, 1);
	l2_ends_with(1);
}

static void row_4_6_an_event_comes_before_the_virtual_interrupt(void **state)
{
	msr_offload();
	l2_start(GUEST_VMCALL);
	l2.state->rflags |= RFLAGS_IF;
	l2_assert(0x93);
	field_set(FIELD(F_EVENT), VALID | 0x41);
	l2_ends_with(2);
	check_hex(log_vector(0), 0x41);
	check_hex(log_vector(1), 0x93);
}

static void row_4_6_an_exception_with_error_code(void **state)
{
	l2_start(GUEST_VMCALL);
	field_set(FIELD(F_EVENT), VALID | EXCEPTION | ERROR_CODE | 13);
	field_set(FIELD(F_EVENT_ERROR), 0x1238);
	l2_expect(18);
	check_hex(l2.state->rax, GUEST_FAULT + 13);
	check_hex(*stack_at(l2.state->rsp), 0x1238);
}

static void row_4_6_an_nmi_is_injected_with_interrupts_off(void **state)
{
	l2_start(GUEST_VMCALL);
	field_set(FIELD(F_EVENT), VALID | NMI | 2);
	l2_ends_with(1);
	check_hex(log_vector(0), 2);
}

static void row_4_6_nmi_window_is_8(void **state)
{
	l2_start(GUEST_VMCALL);
	field_set_masked(FIELD(F_PRIMARY), NMI_WINDOW, NMI_WINDOW);
	l2_expect(8);
	check_hex(l2.state->rip, ENTRY(GUEST_VMCALL));
	/* While an NMI is handled, the window is closed; IRET opens it. */
	field_set(FIELD(F_EVENT), VALID | NMI | 2);
	l2_expect(8);
	check_hex(log_count(), 1);
	check_hex(l2_stats().internal[LAB_TDX_INTERNAL_IRET], 1);
}

static void row_4_6_a_software_interrupt_returns_behind_its_instruction(void **state)
{
	l2_exits(GUEST_SOFT_INT, 18);
	check_hex(log_count(), 1);
	l2_exits(GUEST_HLT, 12);
	/* HLT is used as a one-byte INT: the handler returns to the instruction after it. */
	field_set(FIELD(F_EVENT), VALID | SOFTWARE | 0x80);
	field_set(FIELD(F_EVENT_LENGTH), 1);
	l2_ends_with(2);
	check_hex(log_vector(1), 0x80);
}

static void row_10_5_8_an_event_on_a_missing_stack_is_reported(void **state)
{
	l2_start(GUEST_VMCALL);
	page_allow(PAGE_STACK, 0);
	field_set(FIELD(F_EVENT), VALID | EXCEPTION | ERROR_CODE | 13);
	field_set(FIELD(F_EVENT_ERROR), 0x77);
	l2_expect(48);
	check_hex(l2.call.regs.r10, 0x7700000000ULL | VALID | EXCEPTION | ERROR_CODE | 13);
	check_hex(l2.call.regs.r8 & ~4095ULL, page_gpa(PAGE_STACK));
	check_hex(l2.state->rip, ENTRY(GUEST_VMCALL));
	check_hex(field_get(FIELD(F_EVENT)) & VALID, 0);
	page_allow(PAGE_STACK, 7);
	field_set(FIELD(F_EVENT), l2.call.regs.r8 & 0);
	l2_expect(18);
	check_hex(l2.call.regs.r10 & VALID, 0);
}

static void row_10_5_8_a_software_event_on_a_missing_stack_is_reported(void **state)
{
	uint64_t rip;

	l2_exits(GUEST_HLT, 12);
	rip = l2.state->rip;
	page_allow(PAGE_STACK, 0);
	field_set(FIELD(F_EVENT), VALID | SOFTWARE | 0x80);
	field_set(FIELD(F_EVENT_LENGTH), 1);
	l2_expect(48);
	check_hex(l2.call.regs.r10 & 0xffffffff, VALID | SOFTWARE | 0x80);
	check_hex(l2.state->rip, rip);
}

/* SDM volume 3, "Information for VM Exits That Occur During Event Delivery": the type is 0. */
static void row_10_5_8_an_interrupt_on_a_missing_stack_is_reported(void **state)
{
	l2_start(GUEST_VMCALL);
	l2.state->rflags |= RFLAGS_IF;
	page_allow(PAGE_STACK, 0);
	field_set(FIELD(F_EVENT), VALID | 0x41);
	l2_expect(48);
	check_hex(l2.call.regs.r10 & 0xffffffff, VALID | 0x41);
	check_hex(l2.state->rip, ENTRY(GUEST_VMCALL));
	check_hex(log_count(), 0);
	page_allow(PAGE_STACK, 7);
	field_set(FIELD(F_EVENT), VALID | 0x41);
	l2_ends_with(1);
}

static void row_10_5_10_a_deadline_in_the_past_is_52_each_time(void **state)
{
	unsigned int i;

	field_set(FIELD_DEADLINE, 1);
	for (i = 0; i < 3; i++)
		l2_expect(52);
	check_hex(l2.state->rip, ENTRY(GUEST_VMCALL));
	check(l2_stats().entered >= 3, "L2 was not entered");
	field_set(FIELD_DEADLINE, ~0ULL);
	l2_expect(18);
}

static void row_4_6_a_deadline_of_zero_is_due(void **state)
{
	field_set(FIELD_DEADLINE, 0);
	l2_expect(52);
}

static void row_4_6_a_deadline_ends_l2(void **state)
{
	uint64_t deadline, ticks;

	l2_start(GUEST_SPIN);
	/* On a busy machine, it may take longer until L2 runs. */
	for (ticks = 20000000; !log_loops() && ticks < 1ULL << 36; ticks *= 2) {
		deadline = __rdtsc() + ticks;
		field_set(FIELD_DEADLINE, deadline);
		l2_expect(52);
		check(__rdtsc() >= deadline, "too early");
	}
	check(log_loops() > 0, "L2 has not run");
	l2_expect(52);
}

static void row_4_6_a_far_deadline_does_nothing(void **state)
{
	field_set(FIELD_DEADLINE, __rdtsc() + (1ULL << 40));
	l2_expect(18);
}

static void row_4_6_an_event_comes_before_a_deadline(void **state)
{
	l2_start(GUEST_SPIN);
	l2.state->rflags |= RFLAGS_IF;
	field_set(FIELD_DEADLINE, 1);
	field_set(FIELD(F_EVENT), VALID | 0x41);
	l2_expect(52);
	check_hex(field_get(FIELD(F_EVENT)) & VALID, 0);
	check_hex(l2.state->rip, L2_STUBS + 0x41 * STUB_BYTES);
	check_hex(log_loops(), 0);
}

static void row_4_6_a_deadline_comes_before_a_virtual_interrupt(void **state)
{
	l2_start(GUEST_VMCALL);
	l2.state->rflags |= RFLAGS_IF;
	l2_assert(0x41);
	field_set(FIELD_DEADLINE, 1);
	l2_expect(52);
	check_hex(l2.state->rvi, 0x41);
	check_hex(log_count(), 0);
}

const struct CMUnitTest event_tests[] = {
	TEST(row_4_6_an_interrupt_is_injected),
	TEST(row_4_6_an_event_is_injected_once),
	TEST(row_4_6_an_interrupt_with_interrupts_off_fails_the_entry),
	TEST(row_4_6_an_event_comes_before_the_virtual_interrupt),
	TEST(row_4_6_an_exception_with_error_code),
	TEST(row_4_6_an_nmi_is_injected_with_interrupts_off),
	TEST(row_4_6_nmi_window_is_8),
	TEST(row_4_6_a_software_interrupt_returns_behind_its_instruction),
	TEST(row_10_5_8_an_event_on_a_missing_stack_is_reported),
	TEST(row_10_5_8_a_software_event_on_a_missing_stack_is_reported),
	TEST(row_10_5_8_an_interrupt_on_a_missing_stack_is_reported),
	TEST(row_10_5_10_a_deadline_in_the_past_is_52_each_time),
	TEST(row_4_6_a_deadline_of_zero_is_due),
	TEST(row_4_6_a_deadline_ends_l2),
	TEST(row_4_6_a_far_deadline_does_nothing),
	TEST(row_4_6_an_event_comes_before_a_deadline),
	TEST(row_4_6_a_deadline_comes_before_a_virtual_interrupt),
};

const size_t event_count = ARRAY_SIZE(event_tests);
