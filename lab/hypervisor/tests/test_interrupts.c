// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Which vectors are the host's, and when interrupts end L1. The APIC is a stand-in. The choice of
 * vectors is this hypervisor's own (vcpu/l1.h); their order is that of the Intel SDM, "Interrupt,
 * Task, and Processor Priority".
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "apic/apic.h"
#include "host/devices.h"
#include "vcpu/l1.h"

/* Registers by number, as struct l1_cpu's APIC has them. */
static u32 registers[0x40];
static u32 flushes;
static struct vmcb vmcb;
static struct l1_cpu l1;

int apic_highest(u32 first)
{
	int vector;

	for (vector = 255; vector >= 0 && !apic_has(first, vector); vector--)
		;
	return vector;
}

bool apic_has(u32 first, u32 vector)
{
	return registers[first + vector / 32] & BIT(vector % 32);
}

bool apic_is_open(u32 vector)
{
	return true;
}

void apic_write(u32 number, u32 value)
{
	registers[number] = value;
}

void apic_send(u32 destination, u32 command)
{
}

void timer_wait(u64 usecs)
{
}

void request_flush_all(void)
{
	flushes++;
}

void request_look(struct l1_cpu *other)
{
}

void receiver_interrupt(u32 cpu, u32 vector)
{
}

static int begin(void **state)
{
	memset(registers, 0, sizeof(registers));
	memset(&vmcb, 0, sizeof(vmcb));
	memset(&l1, 0, sizeof(l1));
	l1.vmcb = &vmcb;
	l1.online = true;
	flushes = 0;
	return 0;
}

static void set(u32 first, u32 vector)
{
	registers[first + vector / 32] |= BIT(vector % 32);
}

static bool ends_l1(void)
{
	interrupts_enter(&l1);
	return vmcb.intercepts & SVM_INTERCEPT(SVM_INTR);
}

static void a_cpu_has_a_fixed_number_of_host_vectors(void **state)
{
	u32 i;

	for (i = 0; i < HOST_VECTORS; i++)
		assert_int_equal(interrupts_alloc(&l1), HOST_VECTOR_FIRST + i);
	assert_int_equal(interrupts_alloc(&l1), 0);
	/* Only the first changes how L1 is entered. */
	assert_int_equal(flushes, 1);
	memset(&l1.interrupts, 0, sizeof(l1.interrupts));
	l1.online = false;
	assert_int_equal(interrupts_alloc(&l1), 0);
}

static void interrupts_end_l1_only_for_the_host(void **state)
{
	assert_false(ends_l1());
	interrupts_alloc(&l1);
	assert_true(ends_l1());
	set(APIC_IRR, HOST_VECTOR_FIRST);
	assert_true(ends_l1());
	/* An interrupt of L1, pending or in service, outranks it. */
	set(APIC_IRR, L1_VECTOR_FIRST);
	assert_false(ends_l1());
	registers[APIC_IRR + 1] = 0;
	set(APIC_ISR, 0xec);
	assert_false(ends_l1());
	registers[APIC_ISR + 7] = 0;
	assert_true(ends_l1());
}

/* The vector can be reused only when the old source's interrupts cannot arrive any more. */
static void a_vector_drains_before_it_is_free(void **state)
{
	u8 vector = interrupts_alloc(&l1);

	interrupts_settle(&l1);
	assert_int_equal(l1.interrupts.used, BIT(vector));
	l1.interrupts.draining = BIT(vector);
	set(APIC_IRR, vector);
	interrupts_settle(&l1);
	assert_int_equal(l1.interrupts.used, BIT(vector));
	registers[APIC_IRR] = 0;
	set(APIC_ISR, vector);
	interrupts_settle(&l1);
	assert_int_equal(l1.interrupts.used, BIT(vector));
	registers[APIC_ISR] = 0;
	l1.interrupts.taken[0] = BIT(vector);
	interrupts_settle(&l1);
	assert_int_equal(l1.interrupts.used, BIT(vector));
	l1.interrupts.taken[0] = 0;
	assert_false(ends_l1());
	assert_int_equal(l1.interrupts.used | l1.interrupts.draining, 0);
}

static void an_exception_is_not_noted_as_an_interrupt(void **state)
{
	assert_false(interrupts_note(&l1, HOST_VECTOR_FIRST));
	l1.interrupts.open = true;
	assert_true(interrupts_note(&l1, HOST_VECTOR_FIRST));
	assert_int_equal(l1.interrupts.taken[0], BIT(HOST_VECTOR_FIRST));
	assert_true(interrupts_note(&l1, 255));
	assert_int_equal(l1.interrupts.taken[7], BIT(31));
}

static void only_interrupts_of_the_host_are_acknowledged(void **state)
{
	assert_false(interrupts_take_hosts(&l1));
	set(APIC_IRR, HOST_VECTOR_FIRST);
	set(APIC_IRR, L1_VECTOR_FIRST);
	assert_false(interrupts_take_hosts(&l1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_cpu_has_a_fixed_number_of_host_vectors, begin),
		cmocka_unit_test_setup(interrupts_end_l1_only_for_the_host, begin),
		cmocka_unit_test_setup(a_vector_drains_before_it_is_free, begin),
		cmocka_unit_test_setup(an_exception_is_not_noted_as_an_interrupt, begin),
		cmocka_unit_test_setup(only_interrupts_of_the_host_are_acknowledged, begin),
	};

	return cmocka_run_group_tests_name("interrupts of the host", tests, NULL, NULL);
}
