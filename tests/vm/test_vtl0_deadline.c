// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * IA32_TSC_DEADLINE of VTL0, handled by the kernel: what VTL0 writes, what becomes pending when
 * the deadline has passed, and what is left to the VMM.
 *
 * The lab's VMM does not handle this register: a write that the kernel passes to it ends the
 * guest, and the test fails.
 *
 * What VTL0 sees is as in the Intel SDM, "TSC-Deadline Mode". That the kernel handles it is this
 * driver's own: OpenHCL's kernel passes each write and each exit 52 to the VMM (OHCL-Linux-Kernel,
 * drivers/hv/mshv_vtl_main.c, mshv_tdx_try_handle_exit()).
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <x86intrin.h>

#include "../harness/vtl0.h"

#define MSR_TSC_DEADLINE	0x6e0
#define VECTOR		0x51
#define OTHER_VECTOR	0x61
#define VECTOR_LEGAL_MIN	16
/* Intel SDM, "VMX Basic Exit Reasons". */
#define EXIT_RDMSR	31
#define EXIT_WRMSR	32
#define EXIT_DEADLINE	52
/*
 * Intel's TDX module 1.5.01: tdx_api_defs.h; set_vmx_preemption_timer(); and in
 * tdx_error_codes_defs.h TDX_L2_EXIT_PENDING_INTERRUPT, the status TDX_PENDING_INTERRUPT without
 * its details, and TDX_OPERAND_INVALID.
 */
#define VP_WR		10
#define DEADLINE_OFF	UINT64_MAX
#define NOTIFIED		0x1102
#define PENDING_INTERRUPT	(0x1120ULL << 32)
#define REFUSED		0xc000010000000000ULL
#define ROUNDS		200
/* Far enough in the future that it does not expire before the next step of the test. */
#define LATER_MS	1000

/* Static, because the fixture ends the run that a failed test left behind. */
static struct vp_run vp_run;

static const enum vtl0_mode modes[] = { VTL0_MODE_SPIN, VTL0_MODE_HALT };

static uint64_t in_ms(unsigned int ms)
{
	return __rdtsc() + ms * ticks_per_ms();
}

static struct mshv_tdx_tsc_deadline *timer(void)
{
	return &guest_context()->tsc_deadline;
}

static uint64_t page_deadline(void)
{
	return __atomic_load_n(&timer()->deadline, __ATOMIC_SEQ_CST);
}

/* --- VTL0 runs on the VMM's own thread ------------------------------------- */

/* Lets the VP spin or halt, with its timer handled by the kernel. */
static void served(enum vtl0_mode mode, uint8_t vector)
{
	ticks_per_ms();
	guest_mode(guest.vp, mode);
	vmm_vp_stop(guest.vm, guest.vp);
	timer()->vector = vector;
	assert_int_equal(vmm_vp_start(guest.vm, guest.vp), 0);
}

static void guest_arm(uint64_t deadline)
{
	guest_command(guest.vp, VTL0_COMMAND_WRITE_MSR, MSR_TSC_DEADLINE, deadline, 0);
}

/* The timer interrupt arrives once, and not too early. */
static void comes(uint64_t deadline)
{
	uint64_t count = guest_count(guest.vp, VECTOR);

	guest_arm(deadline);
	guest_count_wait(guest.vp, VECTOR, count + 1);
	assert_true(__rdtsc() >= deadline);
	assert_int_equal(page_deadline(), 0);
}

/* Counts the exits for writes of any MSR; the guest writes other MSRs when it starts. */
static uint64_t timer_returns(void)
{
	struct vmm_stats stats;

	vmm_stats(guest.vm, guest.vp, &stats);
	return stats.exits[EXIT_WRMSR] + stats.exits[EXIT_DEADLINE] + stats.quiet;
}

static void deadlines_expire_without_the_vmm(void **state)
{
	uint64_t returns = timer_returns();
	unsigned int round;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(modes); i++) {
		served(modes[i], VECTOR);
		for (round = 0; round < 20; round++)
			comes(in_ms(round % 4));
	}
	sleep_ms(NOTHING_MS);
	assert_int_equal(guest_count(guest.vp, VECTOR), 40);
	assert_int_equal(timer_returns(), returns);
}

/* It may also replace an armed deadline; afterwards the module has neither of them. */
static void a_deadline_in_the_past_expires_at_once(void **state)
{
	uint64_t returns = timer_returns();
	size_t i;

	for (i = 0; i < ARRAY_SIZE(modes); i++) {
		served(modes[i], VECTOR);
		comes(__rdtsc() - 1);
		comes(1);
		guest_arm(in_ms(LATER_MS));
		comes(1);
		if (modes[i] == VTL0_MODE_SPIN)
			guest_spinning_wait(guest.vp);
		assert_int_equal(guest_module_deadline(1), DEADLINE_OFF);
		sleep_ms(LATER_MS + NOTHING_MS);
		assert_int_equal(guest_count(guest.vp, VECTOR), 3 * (i + 1));
	}
	assert_int_equal(timer_returns(), returns);
}

static void zero_disarms(void **state)
{
	uint64_t returns = timer_returns();
	size_t i;

	for (i = 0; i < ARRAY_SIZE(modes); i++) {
		served(modes[i], VECTOR);
		guest_arm(in_ms(LATER_MS));
		guest_arm(0);
		assert_int_equal(page_deadline(), 0);
		if (modes[i] == VTL0_MODE_SPIN)
			assert_int_equal(guest_module_deadline(1), DEADLINE_OFF);
		sleep_ms(LATER_MS + NOTHING_MS);
	}
	assert_int_equal(guest_count(guest.vp, VECTOR), 0);
	assert_int_equal(timer_returns(), returns);
}

static void the_last_deadline_that_was_written_counts(void **state)
{
	uint64_t deadline;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(modes); i++) {
		served(modes[i], VECTOR);
		guest_arm(in_ms(LATER_MS));
		deadline = in_ms(LATER_MS + NOTHING_MS);
		guest_arm(deadline);
		guest_count_wait(guest.vp, VECTOR, i + 1);
		assert_true(__rdtsc() >= deadline);
	}
	/* The module refuses a deadline that is too far ahead: it never expires. */
	guest_arm(UINT64_MAX - 1);
	assert_int_equal(page_deadline(), UINT64_MAX - 1);
	sleep_ms(NOTHING_MS);
	assert_int_equal(guest_count(guest.vp, VECTOR), 2);
}

/* The timer behind the module's deadline has 32 bits; see test_vtl0_timer.c. */
static void an_exit_does_not_end_the_deadline(void **state)
{
	uint64_t returns = timer_returns(), deadline;

	served(VTL0_MODE_SPIN, VECTOR);
	deadline = in_ms(LATER_MS);
	guest_arm(deadline);
	guest_hook((struct lab_tdx_hook) {
		.kind = LAB_TDX_HOOK_EXIT,
		.count = 1,
		.reason = EXIT_DEADLINE,
	});
	guest_count_wait(guest.vp, VECTOR, 1);
	assert_true(__rdtsc() >= deadline);
	assert_int_equal(timer_returns(), returns);
}

static void *cancel_for_ever(void *argument)
{
	bool *stop = argument;
	uint64_t mask = 1ULL << guest.vp;
	struct mshv_kick_cpus kick = {
		.len = 64, .mask = (uintptr_t)&mask, .flags = MSHV_KICK_CPUS_CANCEL,
	};
	unsigned int turn = 0;

	while (!__atomic_load_n(stop, __ATOMIC_SEQ_CST)) {
		ioctl(vmm_file(guest.vm), MSHV_KICK_CPUS, &kick);
		usleep(turn++ % 16 * 100);
	}
	return NULL;
}

/* Each interrupt arrives once, whether the kernel was about to handle it or not. */
static void cancels_lose_no_deadline(void **state)
{
	bool stop = false;
	unsigned int round;
	pthread_t thread;
	size_t i;

	NEEDS_TWO_CPUS();
	assert_int_equal(pthread_create(&thread, NULL, cancel_for_ever, &stop), 0);
	for (i = 0; i < ARRAY_SIZE(modes); i++) {
		served(modes[i], VECTOR);
		for (round = 0; round < ROUNDS; round++)
			comes(__rdtsc() + round % 8 * ticks_per_ms() / 4);
	}
	__atomic_store_n(&stop, true, __ATOMIC_SEQ_CST);
	pthread_join(thread, NULL);
	sleep_ms(NOTHING_MS);
	assert_int_equal(guest_count(guest.vp, VECTOR), ROUNDS * ARRAY_SIZE(modes));
}

/* Each VP has a timer with its own vector. */
static void vps_have_timers_of_their_own(void **state)
{
	unsigned int first = guest.vp, round;

	NEEDS_TWO_CPUS();
	served(VTL0_MODE_HALT, VECTOR);
	guest.vp = 0;
	served(VTL0_MODE_SPIN, OTHER_VECTOR);
	for (round = 0; round < 20; round++) {
		guest_command(0, VTL0_COMMAND_WRITE_MSR, MSR_TSC_DEADLINE, in_ms(2), 0);
		guest_command(first, VTL0_COMMAND_WRITE_MSR, MSR_TSC_DEADLINE, in_ms(2), 0);
		guest_count_wait(0, OTHER_VECTOR, round + 1);
		guest_count_wait(first, VECTOR, round + 1);
	}
	assert_int_equal(guest_count(0, VECTOR) + guest_count(first, OTHER_VECTOR), 0);
	guest.vp = first;
}

/* The VMM has requested an invalidation, which is done at the next entry, as usual. */
static void a_halt_with_an_invalidation_ends_by_the_interrupt(void **state)
{
	uint64_t returns = timer_returns();

	served(VTL0_MODE_HALT, VECTOR);
	guest_halted_wait(guest.vp);
	vmm_vp_stop(guest.vm, guest.vp);
	guest_context()->entry_rcx |= 1;
	assert_int_equal(vmm_vp_start(guest.vm, guest.vp), 0);
	comes(in_ms(20));
	assert_int_equal(timer_returns(), returns);
}

/* --- the test is the VMM --------------------------------------------------- */

/* Stops the VP, and moves the caller to its CPU. */
static void own_begin(enum vtl0_mode mode, uint8_t vector)
{
	served(mode, vector);
	if (mode == VTL0_MODE_HALT)
		guest_halted_wait(guest.vp);
	vmm_vp_stop(guest.vm, guest.vp);
	cpu_pin(guest.vp);
}

static void own_end(void)
{
	timer()->deadline = 0;
	timer()->update = 1;
	cpu_pin(0);
}

static void own_arm(uint64_t deadline)
{
	timer()->deadline = deadline;
	timer()->update = 1;
}

/* Exits for VTL2's own interrupts, which the VMM sees if it injects. */
static bool is_interrupt(uint64_t rax)
{
	return rax >> 32 == NOTIFIED || rax == PENDING_INTERRUPT;
}

/* Checks that the next exit that is passed to the VMM is this one. */
static void exits_for(uint64_t rax)
{
	do {
		assert_int_equal(guest_enter_until_it_ends(), 0);
	} while (guest_context()->exit.rax != rax && is_interrupt(guest_context()->exit.rax));
	assert_int_equal(guest_context()->exit.rax, rax);
}

static void msr_post(enum vtl0_command command, uint64_t value)
{
	const uint64_t arguments[VTL0_ARGUMENTS] = { MSR_TSC_DEADLINE, value };

	vmm_command_post(guest.vm, guest.vp, command, arguments);
}

static void step_over(void)
{
	guest_context()->gpr.rip += guest_context()->exit.r11 >> 32;
}

/* The timer's vector is neither asserted nor pending. */
static void nothing_is_asserted(void)
{
	assert_int_equal(lab.run[guest.vp]->proxy_irr[VECTOR / 32] & 1u << VECTOR % 32, 0);
	assert_int_equal(guest_context()->gpr.rvi == VECTOR, 0);
	assert_int_equal(guest_count(guest.vp, VECTOR), 0);
}

/* The VMM sees the exits of the write and the read, and the kernel does not change the page. */
static void the_vmm_serves(void)
{
	const uint64_t before = 0x1234, wanted = in_ms(3600000);
	uint32_t bits[MSHV_VTL_PROXY_BANKS];
	uint64_t deadline;

	timer()->deadline = before;
	msr_post(VTL0_COMMAND_WRITE_MSR, wanted);
	/* The command's interrupt is removed: VTL0 finds the command without it. */
	run_take(lab.run[guest.vp], bits);
	exits_for(EXIT_WRMSR);
	assert_int_equal((uint32_t)guest_context()->gpr.rcx, MSR_TSC_DEADLINE);
	assert_int_equal(guest_context()->gpr.rdx << 32 | (uint32_t)guest_context()->gpr.rax,
			 wanted);
	assert_int_equal(page_deadline(), before);
	step_over();

	deadline = in_ms(5);
	own_arm(deadline);
	exits_for(EXIT_DEADLINE);
	assert_true(__rdtsc() >= deadline);
	assert_int_equal(page_deadline(), deadline);
	assert_int_equal(timer()->update, 0);
	nothing_is_asserted();
}

static void without_a_legal_vector_the_vmm_handles_deadlines(void **state)
{
	unsigned int vector;

	own_begin(VTL0_MODE_SPIN, 0);
	for (vector = 0; vector < VECTOR_LEGAL_MIN; vector++) {
		timer()->vector = vector;
		the_vmm_serves();
		assert_int_equal(lab.run[guest.vp]->proxy_irr[0], 0);
	}
	own_end();
}

/* Without a legal vector, the halt ends at the VMM, as by mshv_tdx_halt_timer_post() there. */
static void a_halt_without_a_legal_vector_ends_at_the_vmm(void **state)
{
	uint64_t deadline;

	own_begin(VTL0_MODE_HALT, VECTOR_LEGAL_MIN - 1);
	deadline = in_ms(20);
	own_arm(deadline);
	exits_for(EXIT_DEADLINE);
	assert_int_equal(page_deadline(), deadline);
	assert_int_equal(lab.run[guest.vp]->proxy_irr[0], 0);
	own_end();
}

static void while_the_vmm_injects_it_handles_deadlines(void **state)
{
	struct mshv_vtl_run *run = lab.run[guest.vp];

	own_begin(VTL0_MODE_SPIN, VECTOR);
	run->offload_flags &= ~MSHV_VTL_OFFLOAD_INTR_INJECT;
	the_vmm_serves();
	run->offload_flags |= MSHV_VTL_OFFLOAD_INTR_INJECT;
	own_end();
}

/*
 * This driver's own: after exit 52, OpenHCL's VMM would take an event that it injects for
 * delivered (openvmm, virt_mshv_vtl/src/processor/tdx/mod.rs, handle_vmx_exit()).
 */
static void while_the_vmm_injects_a_halt_returns_to_it(void **state)
{
	struct mshv_vtl_run *run = lab.run[guest.vp];

	own_begin(VTL0_MODE_HALT, VECTOR);
	run->offload_flags &= ~MSHV_VTL_OFFLOAD_INTR_INJECT;
	own_arm(in_ms(20));
	exits_for(PENDING_INTERRUPT);
	nothing_is_asserted();
	run->offload_flags |= MSHV_VTL_OFFLOAD_INTR_INJECT;
	own_end();
}

/* The kernel keeps the deadline in the page up to date, and the VMM handles the read from it. */
static void the_vmm_reads_what_was_written(void **state)
{
	const uint64_t wanted = __rdtsc() + (1ULL << 40) + 0x12345;
	uint64_t deadline;

	own_begin(VTL0_MODE_SPIN, VECTOR);
	guest_visit(VTL0_COMMAND_WRITE_MSR, MSR_TSC_DEADLINE, wanted);
	msr_post(VTL0_COMMAND_READ_MSR, 0);
	exits_for(EXIT_RDMSR);
	assert_int_equal((uint32_t)guest_context()->gpr.rcx, MSR_TSC_DEADLINE);
	assert_int_equal(page_deadline(), wanted);
	guest_context()->gpr.rax = (uint32_t)page_deadline();
	guest_context()->gpr.rdx = page_deadline() >> 32;
	step_over();

	deadline = in_ms(20);
	guest_visit(VTL0_COMMAND_WRITE_MSR, MSR_TSC_DEADLINE, deadline);
	assert_int_equal(vmm_report(guest.vm, guest.vp)->result, 0);
	while (!guest_count(guest.vp, VECTOR))
		assert_int_equal(guest_enter(20), -EINTR);
	assert_int_equal(page_deadline(), 0);
	own_end();
}

/* For a deadline of VTL0 and for one of the VMM, the vector at the expiry is used. */
static void a_removed_vector_leaves_the_deadline_armed(void **state)
{
	uint64_t deadline;

	own_begin(VTL0_MODE_SPIN, VECTOR);
	deadline = in_ms(LATER_MS);
	guest_visit(VTL0_COMMAND_WRITE_MSR, MSR_TSC_DEADLINE, deadline);
	timer()->vector = 0;
	exits_for(EXIT_DEADLINE);
	assert_true(__rdtsc() >= deadline);
	nothing_is_asserted();

	timer()->vector = VECTOR;
	own_arm(in_ms(20));
	while (!guest_count(guest.vp, VECTOR))
		assert_int_equal(guest_enter(20), -EINTR);
	assert_int_equal(page_deadline(), 0);
	own_end();
}

/* The event would be lost if the kernel entered VTL0 again. */
static void an_interrupted_event_goes_to_the_vmm(void **state)
{
	const struct lab_tdx_hook hook = {
		.kind = LAB_TDX_HOOK_EXIT,
		.count = 1,
		.reason = EXIT_DEADLINE,
		.event = TDX_EVENT_VALID | OTHER_VECTOR,
	};
	uint64_t deadline;

	own_begin(VTL0_MODE_SPIN, VECTOR);
	assert_int_equal(guest_enter(5), -EINTR);
	deadline = __rdtsc() - 1;
	own_arm(deadline);
	guest_hook(hook);
	cpu_pin(guest.vp);
	exits_for(EXIT_DEADLINE);
	assert_int_equal((uint32_t)guest_context()->exit.r10, hook.event);
	assert_int_equal(page_deadline(), deadline);
	nothing_is_asserted();
	/* The deadline has passed nevertheless: VTL0 is entered, and spins. */
	assert_int_equal(guest_enter(20), -EINTR);
	assert_int_equal(guest_module_deadline(1), DEADLINE_OFF);
	nothing_is_asserted();
	own_end();
}

static void refuse_one(void)
{
	guest_hook((struct lab_tdx_hook) {
		.kind = LAB_TDX_HOOK_STATUS,
		.count = 1,
		.leaf = VP_WR,
		.status = REFUSED,
	});
	cpu_pin(guest.vp);
}

/* The kernel has not skipped the instruction, and nothing is asserted. */
static void a_deadline_that_the_module_refuses_goes_to_the_vmm(void **state)
{
	uint64_t deadline, rip;

	own_begin(VTL0_MODE_SPIN, VECTOR);
	assert_int_equal(guest_enter(5), -EINTR);
	msr_post(VTL0_COMMAND_WRITE_MSR, in_ms(3600000));
	refuse_one();
	exits_for(EXIT_WRMSR);
	rip = guest_context()->gpr.rip;
	/* VTL0 executes the instruction again, and now the module accepts the value. */
	assert_int_equal(guest_enter(20), -EINTR);
	assert_true(guest_context()->gpr.rip != rip);
	assert_true(page_deadline());

	deadline = in_ms(LATER_MS);
	guest_visit(VTL0_COMMAND_WRITE_MSR, MSR_TSC_DEADLINE, deadline);
	refuse_one();
	exits_for(EXIT_DEADLINE);
	assert_int_equal(page_deadline(), deadline);
	nothing_is_asserted();
	own_end();
}

/* The VMM wants to see this vector, as it may want to see a device's vector. */
static void a_vector_of_the_exit_mask_goes_to_the_vmm(void **state)
{
	static const struct mshv_vtl_run none;
	struct mshv_vtl_run *run = lab.run[guest.vp];
	const uint32_t bit = 1u << VECTOR % 32;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(modes); i++) {
		own_begin(modes[i], VECTOR);
		run->proxy_irr_exit[VECTOR / 32] = bit;
		own_arm(in_ms(20));
		while (!run->scan_proxy_irr)
			assert_int_equal(guest_enter(20), -EINTR);
		assert_int_equal(run->proxy_irr[VECTOR / 32], bit);
		assert_int_equal(guest_count(guest.vp, VECTOR), i);
		assert_int_equal(page_deadline(), 0);
		memcpy(run->proxy_irr_exit, none.proxy_irr_exit, sizeof(run->proxy_irr_exit));
		own_end();
		assert_int_equal(vmm_vp_start(guest.vm, guest.vp), 0);
		guest_count_wait(guest.vp, VECTOR, i + 1);
	}
}

/* --- halts ------------------------------------------------------------------ */

/* A halt for any other reason of the VMM's does not end, but the vector becomes pending. */
static void a_halt_of_the_vmms_own_does_not_end(void **state)
{
	struct mshv_vtl_run *run = lab.run[guest.vp];
	unsigned long entries;

	own_begin(VTL0_MODE_SPIN, VECTOR);
	cpu_pin(0);
	run->flags |= MSHV_VTL_RUN_HALTED;
	run->offload_flags = VMM_OFFLOAD_DEFAULT | MSHV_VTL_OFFLOAD_HALT_OTHER |
			     MSHV_VTL_OFFLOAD_HALT_IDLE;
	entries = vps_column(guest.vp, "entries");
	own_arm(in_ms(20));
	vp_run_begin(&vp_run);
	assert_true(vp_run_lasts(&vp_run));
	assert_int_equal(vp_run_end_by_signal(&vp_run), -EINTR);
	assert_int_equal(vps_column(guest.vp, "entries"), entries);
	assert_int_equal(guest_context()->gpr.rvi, VECTOR);
	assert_true(run->flags & MSHV_VTL_RUN_HALTED);
	assert_int_equal(page_deadline(), 0);

	run->flags &= ~MSHV_VTL_RUN_HALTED;
	run->offload_flags = VMM_OFFLOAD_DEFAULT;
	assert_int_equal(vmm_vp_start(guest.vm, guest.vp), 0);
	guest_count_wait(guest.vp, VECTOR, 1);
}

/* The thread sleeps, and is moved to another CPU: the interrupt stays pending for its VP. */
static void a_halted_thread_that_leaves_its_cpu_loses_no_deadline(void **state)
{
	unsigned long halts;
	cpu_set_t set;

	NEEDS_TWO_CPUS();
	own_begin(VTL0_MODE_HALT, VECTOR);
	cpu_pin(0);
	own_arm(in_ms(LATER_MS));
	halts = vps_column(guest.vp, "halts");
	vp_run_begin(&vp_run);
	guest_sleep_wait(guest.vp, halts);
	CPU_ZERO(&set);
	CPU_SET(0, &set);
	assert_int_equal(sched_setaffinity(vp_run.tid, sizeof(set), &set), 0);
	assert_int_equal(vp_run_end(&vp_run), -EINVAL);
	assert_int_equal(guest_count(guest.vp, VECTOR), 0);
	vp_run_begin(&vp_run);
	guest_count_wait(guest.vp, VECTOR, 1);
	assert_int_equal(vp_run_end_by_signal(&vp_run), -EINTR);
}

/* OpenHCL's VMM does not know the byte, so it must not find the value of an earlier VMM. */
static void the_next_vmm_starts_with_the_offload_off(void **state)
{
	struct mshv_tdx_context *context;
	struct mshv_vtl_run *run;
	unsigned int round;
	uint8_t found;
	int vtl;

	for (round = 0; round < 2; round++) {
		vtl = vtl_open();
		run = vtl_page(vtl, MSHV_VTL_PAGE_INDEX(MSHV_VTL_PAGE_RUN, 0));
		context = (struct mshv_tdx_context *)run->context;
		found = context->tsc_deadline.vector;
		context->tsc_deadline.vector = VECTOR;
		munmap(run, sysconf(_SC_PAGESIZE));
		close(vtl);
		assert_int_equal(found, 0);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(the_next_vmm_starts_with_the_offload_off),
	GUEST_TEST(deadlines_expire_without_the_vmm),
	GUEST_TEST(a_deadline_in_the_past_expires_at_once),
	GUEST_TEST(zero_disarms),
	GUEST_TEST(the_last_deadline_that_was_written_counts),
	GUEST_TEST(an_exit_does_not_end_the_deadline),
	GUEST_TEST(cancels_lose_no_deadline),
	GUEST_TEST(vps_have_timers_of_their_own),
	GUEST_TEST(a_halt_with_an_invalidation_ends_by_the_interrupt),
	GUEST_TEST(without_a_legal_vector_the_vmm_handles_deadlines),
	GUEST_TEST(a_halt_without_a_legal_vector_ends_at_the_vmm),
	GUEST_TEST(while_the_vmm_injects_it_handles_deadlines),
	GUEST_TEST(while_the_vmm_injects_a_halt_returns_to_it),
	GUEST_TEST(the_vmm_reads_what_was_written),
	GUEST_TEST(a_removed_vector_leaves_the_deadline_armed),
	GUEST_TEST(an_interrupted_event_goes_to_the_vmm),
	GUEST_TEST(a_deadline_that_the_module_refuses_goes_to_the_vmm),
	GUEST_TEST(a_vector_of_the_exit_mask_goes_to_the_vmm),
	GUEST_TEST(a_halt_of_the_vmms_own_does_not_end),
	GUEST_TEST(a_halted_thread_that_leaves_its_cpu_loses_no_deadline),
};

GUEST_PROGRAM("vtl0_deadline", tests)
