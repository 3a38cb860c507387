// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A device's interrupt reaches VTL0's own handler, whether VTL0 runs or is halted: once, in the
 * order of priority, and only if the VMM allows it.
 */
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "../harness/vtl0.h"

#define VECTOR		0x51
/* Intel SDM, "Local APIC Register Address Map": 32 vectors in each 16 bytes. */
#define VIRTUAL_APIC_IRR	0x200

/**
 * struct tally - counts of one vector along its delivery, as differences
 */
struct tally {
	uint64_t raised;
	unsigned long relayed;
	uint64_t handled;
	unsigned long user_returns;
};

static struct tally tally_read(unsigned int route)
{
	struct tally tally = { .relayed = totals("relayed") };

	assert_int_equal(vmm_route_raise(guest.vm, route, 0, &tally.raised), 0);
	tally.handled = guest_count(guest.vp, VECTOR);
	tally.user_returns = vps_column(guest.vp, "user_returns");
	return tally;
}

/* Raises @count, and checks that each was handled. Returns how often the VMM was needed. */
static unsigned long tally_balance(unsigned int route, unsigned int count)
{
	struct tally before = tally_read(route), after;

	guest_raise_paced(route, guest.vp, VECTOR, count);
	after = tally_read(route);
	assert_int_equal(after.raised - before.raised, count);
	assert_int_equal(after.relayed - before.relayed, count);
	assert_int_equal(after.handled - before.handled, count);
	return after.user_returns - before.user_returns;
}

/* Over time, the kernel also returns to user space for reasons of its own. */
static void user_returns_do_not_grow(unsigned int route)
{
	const unsigned int count = 300;
	unsigned long once = tally_balance(route, count);
	unsigned long twice = tally_balance(route, 2 * count);

	print_message("# returns to user space: %lu with %u, %lu with %u\n", once, count, twice,
		      2 * count);
	assert_true(once < count / 2);
	assert_true(twice < once + count / 2);
}

static void a_spinning_vp_handles_each_interrupt_in_the_kernel(void **state)
{
	unsigned int route = guest_edu_route(0, guest.vp, VECTOR);

	guest_mode(guest.vp, VTL0_MODE_SPIN);
	guest_spinning_wait(guest.vp);
	user_returns_do_not_grow(route);
}

static void a_halted_vp_handles_each_interrupt_in_the_kernel(void **state)
{
	unsigned int route = guest_edu_route(0, guest.vp, VECTOR);
	unsigned long halts = vps_column(guest.vp, "halts");

	guest_halted_wait(guest.vp);
	user_returns_do_not_grow(route);
	assert_true(vps_column(guest.vp, "halts") > halts);
}

static void turn_round(unsigned int times)
{
	unsigned int i;

	for (i = 0; i < times; i++)
		__asm__ volatile("" : : : "memory");
}

/*
 * Each interrupt is raised while VTL0 is between the handler and HLT, or between HLT and
 * sleep: each time a little later than before.
 */
static void no_wake_up_is_lost_before_sleep(void **state)
{
	unsigned int route = guest_edu_route(0, guest.vp, VECTOR), round;
	uint64_t handled = guest_count(guest.vp, VECTOR);

	for (round = 0; round < 2000; round++) {
		guest_raise(route);
		guest_count_wait(guest.vp, VECTOR, ++handled);
		turn_round(round % 100 * 300);
	}
}

/*
 * Only this interrupt can wake it. VTL0's flag "halted" does not show that it sleeps: the
 * VP's thread may have been preempted between the two, and an interrupt that arrives then
 * does not need a wake-up. So each round waits until the driver has counted one more sleep.
 */
static void a_vp_that_sleeps_is_woken_by_each_interrupt(void **state)
{
	unsigned int route = guest_edu_route(0, guest.vp, VECTOR), round;
	unsigned long halts;

	for (round = 0; round < 100; round++) {
		halts = vps_column(guest.vp, "halts");
		guest_raise_paced(route, guest.vp, VECTOR, 1);
		guest_sleep_wait(guest.vp, halts);
		sleep_ms(round % 3);
	}
}

static void *work_run(void *arg)
{
	uint64_t deadline = now_ms() + 1000;
	uint64_t *worked = arg;
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(guest.vp, &set);
	sched_setaffinity(0, sizeof(set), &set);
	while (now_ms() < deadline)
		;
	*worked = clock_ms(CLOCK_THREAD_CPUTIME_ID);
	return NULL;
}

/* Returns whether work of a second on the VP's CPU gets at least four fifths of its time. */
static bool work_has_the_cpu(void)
{
	uint64_t before = clock_ms(CLOCK_PROCESS_CPUTIME_ID), worked, others;
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, work_run, &worked), 0);
	pthread_join(thread, NULL);
	others = clock_ms(CLOCK_PROCESS_CPUTIME_ID) - before - worked;
	print_message("# %lu ms of work, %lu ms for VTL0\n", (unsigned long)worked,
		      (unsigned long)others);
	return worked > 4 * others;
}

/* Time in which the host does not run the VM may be counted for any thread: try again. */
static void work_is_to_have_the_cpu(bool wanted)
{
	unsigned int tries = 5;

	while (tries && work_has_the_cpu() != wanted)
		tries--;
	assert_true(tries);
}

static void the_cpu_of_a_halted_vp_does_other_work(void **state)
{
	unsigned long entries;

	guest_halted_wait(guest.vp);
	entries = vps_column(guest.vp, "entries");
	work_is_to_have_the_cpu(true);
	assert_true(vps_column(guest.vp, "entries") - entries < 10);

	/* The same measure detects a VP that does not halt. */
	guest_mode(guest.vp, VTL0_MODE_SPIN);
	guest_spinning_wait(guest.vp);
	work_is_to_have_the_cpu(false);
}

static void bank_set(uint32_t banks[MSHV_VTL_PROXY_BANKS], unsigned int vector)
{
	__atomic_fetch_or(&banks[vector / 32], 1u << vector % 32, __ATOMIC_SEQ_CST);
}

static void bank_clear(uint32_t banks[MSHV_VTL_PROXY_BANKS], unsigned int vector)
{
	__atomic_fetch_and(&banks[vector / 32], ~(1u << vector % 32), __ATOMIC_SEQ_CST);
}

static bool bank_has(const uint32_t banks[MSHV_VTL_PROXY_BANKS], unsigned int vector)
{
	return __atomic_load_n(&banks[vector / 32], __ATOMIC_SEQ_CST) >> vector % 32 & 1;
}

/*
 * A vector of a lower bank is pulled first, into the virtual APIC; a higher one waits
 * (OHCL-Linux-Kernel, drivers/hv/mshv_vtl_main.c, mshv_tdx_pull_proxy_irr()).
 */
static void a_vector_of_the_exit_mask_ends_the_run_and_stays_pending(void **state)
{
	const unsigned int lower = 0x35, higher = 0x91;
	static struct vp_run vp_run;
	uint32_t *apic = (uint32_t *)vtl_page(vmm_file(guest.vm),
			 MSHV_VTL_PAGE_INDEX(MSHV_VTL_PAGE_VIRTUAL_APIC, guest.vp));
	struct mshv_vtl_run *run = lab.run[guest.vp];

	guest_halted_wait(guest.vp);
	vmm_vp_stop(guest.vm, guest.vp);
	bank_set(run->proxy_irr_exit, VECTOR);
	vmm_assert(guest.vm, guest.vp, lower);
	vmm_assert(guest.vm, guest.vp, VECTOR);
	vmm_assert(guest.vm, guest.vp, higher);

	vp_run_begin(&vp_run);
	assert_int_equal(vp_run_end(&vp_run), -EINTR);
	assert_int_equal(run->cancel, 0);
	assert_true(bank_has(run->proxy_irr, VECTOR));
	assert_true(bank_has(run->proxy_irr, higher));
	assert_int_equal(run->scan_proxy_irr, 1);
	assert_false(bank_has(run->proxy_irr, lower));
	assert_true(apic[(VIRTUAL_APIC_IRR + lower / 32 * 16) / 4] >> lower % 32 & 1);
	assert_int_equal(guest_count(guest.vp, lower), 0);

	/* The vector is still pending, and is delivered. */
	bank_clear(run->proxy_irr_exit, VECTOR);
	assert_int_equal(vmm_vp_start(guest.vm, guest.vp), 0);
	guest_count_wait(guest.vp, lower, 1);
	guest_count_wait(guest.vp, VECTOR, 1);
	guest_count_wait(guest.vp, higher, 1);
	munmap(apic, 4096);
}

static uint64_t taken(void)
{
	struct vmm_stats stats;

	vmm_stats(guest.vm, guest.vp, &stats);
	return stats.taken;
}

static void interrupts_of_the_exit_mask_are_injected_by_the_vmm(void **state)
{
	unsigned int masked = guest_edu_route(0, guest.vp, VECTOR);
	unsigned int open = guest_edu_route(1, guest.vp, 0x91);
	uint64_t before;

	vmm_vp_stop(guest.vm, guest.vp);
	bank_set(lab.run[guest.vp]->proxy_irr_exit, VECTOR);
	assert_int_equal(vmm_vp_start(guest.vm, guest.vp), 0);

	before = taken();
	guest_raise_paced(masked, guest.vp, VECTOR, 50);
	assert_int_equal(taken() - before, 50);

	before = taken();
	guest_raise_paced(open, guest.vp, 0x91, 50);
	/* When the kernel returns for a reason of its own, the VMM takes the bits that are set. */
	assert_true(taken() - before < 25);
}

/* do_assert_single_proxy_intr() in the same file. */
static void a_blocked_vector_is_not_delivered(void **state)
{
	unsigned int route = guest_edu_route(0, guest.vp, VECTOR), i;
	unsigned int other = guest_edu_route(1, guest.vp, 0x61);
	unsigned long blocked = totals("blocked");

	bank_set(lab.run[guest.vp]->proxy_irr_blocked, VECTOR);
	for (i = 0; i < 20; i++) {
		guest_raise(route);
		totals_wait("blocked", blocked + i + 1);
	}
	/* A vector that is not blocked is delivered, and no blocked one was delivered before it. */
	guest_raise_paced(other, guest.vp, 0x61, 5);
	assert_int_equal(guest_count(guest.vp, VECTOR), 0);

	bank_clear(lab.run[guest.vp]->proxy_irr_blocked, VECTOR);
	guest_raise_paced(route, guest.vp, VECTOR, 20);
}

static void holding_begin(uint64_t priority, bool open)
{
	const uint64_t arguments[VTL0_ARGUMENTS] = { priority, open };

	vmm_command_post(guest.vm, guest.vp, VTL0_COMMAND_HOLD, arguments);
	wait_until(vmm_report(guest.vm, guest.vp)->state == VTL0_STATE_HOLDING,
		   "VP %u does not hold", guest.vp);
}

static uint64_t holding_end(void)
{
	uint64_t result = 0;

	vmm_report(guest.vm, guest.vp)->release = 1;
	assert_int_equal(vmm_command_wait(guest.vm, guest.vp, PATIENCE_MS, &result), 0);
	return result;
}

/* This test and the next two: Intel SDM, "Evaluation of Pending Virtual Interrupts". */
static void task_priority_holds_back_a_lower_vector_only(void **state)
{
	unsigned int low = guest_edu_route(0, guest.vp, VECTOR);
	unsigned int high = guest_edu_route(1, guest.vp, 0x71), round;
	unsigned long relayed = totals("relayed");

	for (round = 1; round <= 20; round++) {
		holding_begin(0x60, true);
		guest_raise(low);
		totals_wait("relayed", relayed + 2 * round - 1);
		guest_raise_paced(high, guest.vp, 0x71, 1);
		assert_int_equal(guest_count(guest.vp, VECTOR), round - 1);
		assert_int_equal(holding_end(), 1);
		guest_count_wait(guest.vp, VECTOR, round);
		guest_count_wait(guest.vp, 0x71, round);
	}
}

static unsigned int log_entry(uint32_t number)
{
	return vmm_report(guest.vm, guest.vp)->log[number % VTL0_LOG_LENGTH];
}

static void pending_interrupts_are_delivered_by_priority(void **state)
{
	unsigned int low = guest_edu_route(0, guest.vp, VECTOR);
	unsigned int high = guest_edu_route(1, guest.vp, 0x91);
	unsigned int middle = guest_edu_route(2, guest.vp, 0x71);
	unsigned long relayed = totals("relayed");
	uint32_t log;

	holding_begin(0, false);
	log = vmm_report(guest.vm, guest.vp)->log_count;
	guest_raise(low);
	guest_raise(high);
	guest_raise(middle);
	totals_wait("relayed", relayed + 3);
	/* They stay pending although VTL0 exits and is entered again in this time. */
	sleep_ms(20);
	assert_int_equal(vmm_report(guest.vm, guest.vp)->log_count, log);
	assert_int_equal(holding_end(), 0);
	guest_count_wait(guest.vp, VECTOR, 1);
	assert_int_equal(log_entry(log), 0x91);
	assert_int_equal(log_entry(log + 2), 0x71);
	assert_int_equal(log_entry(log + 4), VECTOR);
}

static void handlers_nest_by_priority(void **state)
{
	unsigned int round;

	for (round = 1; round <= 50; round++) {
		assert_int_equal(guest_command(guest.vp, VTL0_COMMAND_NEST, 0x41, 0x61, 0x91), 1);
		guest_count_wait(guest.vp, 0x91, round);
	}
	assert_int_equal(vmm_report(guest.vm, guest.vp)->nested, 50);
}

static const struct CMUnitTest tests[] = {
	GUEST_TEST(a_spinning_vp_handles_each_interrupt_in_the_kernel),
	GUEST_TEST(a_halted_vp_handles_each_interrupt_in_the_kernel),
	GUEST_TEST(no_wake_up_is_lost_before_sleep),
	GUEST_TEST(a_vp_that_sleeps_is_woken_by_each_interrupt),
	GUEST_TEST(the_cpu_of_a_halted_vp_does_other_work),
	GUEST_TEST(a_vector_of_the_exit_mask_ends_the_run_and_stays_pending),
	GUEST_TEST(interrupts_of_the_exit_mask_are_injected_by_the_vmm),
	GUEST_TEST(a_blocked_vector_is_not_delivered),
	GUEST_TEST(task_priority_holds_back_a_lower_vector_only),
	GUEST_TEST(pending_interrupts_are_delivered_by_priority),
	GUEST_TEST(handlers_nest_by_priority),
};

GUEST_PROGRAM("vtl0", tests)
