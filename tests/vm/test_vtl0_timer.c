// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * VTL0's TSC deadline, and the events that end a halt.
 *
 * The VMM of these tests does what OpenHCL's VMM does (virt_mshv_vtl/src/processor/tdx/mod.rs,
 * TdxTscDeadlineService): it writes a deadline and sets "update" for a new one, and after each
 * return it clears "update" and leaves the deadline unchanged. The TDX module's deadline is
 * like a level: once it has passed, each entry exits at once, until another one is written.
 */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <x86intrin.h>

#include "../harness/vtl0.h"

#define VECTOR		0x51
#define HIGH_VECTOR	0x91
#define EXIT_DEADLINE	52
#define VM_SHIFT	52
#define DEADLINE_OFF	UINT64_MAX
/* TDX_PENDING_INTERRUPT, the status without its details. */
#define PENDING_INTERRUPT	(0x1120ULL << 32)
#define APIC_ISR	0x100

/* Static, because the fixture ends the run that a failed test left behind. */
static struct vp_run vp_run;

static uint64_t in_ms(unsigned int ms)
{
	return __rdtsc() + ms * ticks_per_ms();
}

/* update_deadline() of OpenHCL. */
static void deadline_arm(uint64_t deadline)
{
	guest_context()->tsc_deadline.deadline = deadline;
	guest_context()->tsc_deadline.update = 1;
}

/* clear_deadline() of OpenHCL, which it calls after each return. */
static void client_clear(void)
{
	guest_context()->tsc_deadline.update = 0;
}

/* One run of at most @ms. Returns true if the deadline has passed. */
static bool vp_run_expires(unsigned int ms)
{
	int ret = guest_enter(ms);
	uint64_t rax = guest_context()->exit.rax;

	client_clear();
	check(!ret || ret == -EINTR, "a run: %s, RAX %#lx", strerror(-ret), (unsigned long)rax);
	if (ret || rax >> 32)
		return false;
	check((uint32_t)rax == EXIT_DEADLINE, "VTL0 exits with %#lx", (unsigned long)rax);
	return true;
}

/* Runs VTL0 until the deadline has passed, which must happen within PATIENCE_MS. */
static void stays_until_expiry(void)
{
	uint64_t end = now_ms() + PATIENCE_MS;

	while (!vp_run_expires(20))
		check(now_ms() < end, "the deadline does not come");
}

/* Runs VTL0 for @ms. Returns how often a deadline passed. */
static unsigned int expiries_within(unsigned int ms)
{
	uint64_t end = now_ms() + ms;
	unsigned int count = 0;

	while (now_ms() < end)
		count += vp_run_expires(20);
	return count;
}

/* Lets the VP spin or halt, stops its thread, and moves the caller to its CPU. */
static void timing_begin(enum vtl0_mode mode)
{
	ticks_per_ms();
	guest_mode(guest.vp, mode);
	if (mode == VTL0_MODE_HALT)
		guest_halted_wait(guest.vp);
	vmm_vp_stop(guest.vm, guest.vp);
	cpu_pin(guest.vp);
	expiries_within(5);
}

static void timing_end(void)
{
	deadline_arm(0);
	cpu_pin(0);
}

static void comes_once(enum vtl0_mode mode)
{
	volatile struct vtl0_report *report = vmm_report(guest.vm, guest.vp);
	uint64_t deadline, spins, entries;

	timing_begin(mode);
	deadline = in_ms(5);
	deadline_arm(deadline);
	stays_until_expiry();
	assert_true(__rdtsc() >= deadline);
	assert_int_equal(guest_context()->tsc_deadline.deadline, deadline);

	spins = report->spins;
	entries = vps_column(guest.vp, "entries");
	assert_int_equal(expiries_within(300), 0);
	if (mode == VTL0_MODE_SPIN)
		assert_true(report->spins > spins);
	else
		assert_int_equal(vps_column(guest.vp, "entries"), entries);
	timing_end();
}

static void an_expired_deadline_does_not_starve_a_spinning_vp(void **state)
{
	comes_once(VTL0_MODE_SPIN);
}

static void an_expired_deadline_does_not_keep_a_halted_vp_awake(void **state)
{
	comes_once(VTL0_MODE_HALT);
}

static void the_kernel_clears_an_update_that_it_applies(void **state)
{
	timing_begin(VTL0_MODE_SPIN);
	deadline_arm(in_ms(1000));
	assert_true(guest_enter(20) == -EINTR);
	assert_int_equal(guest_context()->tsc_deadline.update, 0);
	timing_end();
}

/* The deadline ended the halt in the driver: the module never saw it expire. */
static void a_deadline_that_ended_a_halt_does_not_expire_again(void **state)
{
	unsigned int route;

	route = guest_edu_route(0, guest.vp, VECTOR);
	timing_begin(VTL0_MODE_HALT);
	deadline_arm(in_ms(5));
	stays_until_expiry();
	guest_raise(route);
	assert_int_equal(expiries_within(100), 0);
	assert_int_equal(guest_count(guest.vp, VECTOR), 1);
	timing_end();
}

static void a_deadline_in_the_past_expires_at_once_and_once(void **state)
{
	static const enum vtl0_mode modes[] = { VTL0_MODE_SPIN, VTL0_MODE_HALT };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(modes); i++) {
		timing_begin(modes[i]);
		deadline_arm(__rdtsc() - 1);
		stays_until_expiry();
		assert_int_equal(expiries_within(100), 0);
		/* 1 is a deadline in the past; 0 means that there is none. */
		deadline_arm(1);
		stays_until_expiry();
		assert_int_equal(expiries_within(100), 0);
		timing_end();
		assert_int_equal(vmm_vp_start(guest.vm, guest.vp), 0);
	}
}

static void each_update_arms_the_deadline_again(void **state)
{
	static const enum vtl0_mode modes[] = { VTL0_MODE_SPIN, VTL0_MODE_HALT };
	unsigned int round;
	uint64_t deadline;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(modes); i++) {
		timing_begin(modes[i]);
		for (round = 0; round < 50; round++) {
			deadline = in_ms(round % 4);
			deadline_arm(deadline);
			stays_until_expiry();
			assert_true(__rdtsc() >= deadline);
		}
		timing_end();
		assert_int_equal(vmm_vp_start(guest.vm, guest.vp), 0);
	}
}

static void an_armed_deadline_lasts_over_runs(void **state)
{
	uint64_t deadline;

	timing_begin(VTL0_MODE_SPIN);
	deadline = in_ms(100);
	deadline_arm(deadline);
	assert_false(vp_run_expires(5));
	assert_false(vp_run_expires(5));
	stays_until_expiry();
	assert_true(__rdtsc() >= deadline);
	timing_end();
}

static void a_deadline_of_zero_disarms(void **state)
{
	static const enum vtl0_mode modes[] = { VTL0_MODE_SPIN, VTL0_MODE_HALT };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(modes); i++) {
		timing_begin(modes[i]);
		deadline_arm(in_ms(50));
		assert_false(vp_run_expires(5));
		deadline_arm(0);
		assert_int_equal(expiries_within(150), 0);
		timing_end();
		assert_int_equal(vmm_vp_start(guest.vm, guest.vp), 0);
	}
}

/*
 * VTL0 halts during a run, with a deadline that was set for an earlier run: "update" is clear
 * by then, but the deadline still counts.
 */
static void a_halt_ends_at_the_deadline_of_an_earlier_run(void **state)
{
	uint64_t deadline;

	timing_begin(VTL0_MODE_SPIN);
	deadline = in_ms(400);
	deadline_arm(deadline);
	assert_false(vp_run_expires(5));
	guest_visit(VTL0_COMMAND_MODE, VTL0_MODE_HALT, 0);
	stays_until_expiry();
	assert_true(__rdtsc() >= deadline);
	assert_true(vmm_report(guest.vm, guest.vp)->halts > 0);
	assert_int_equal(expiries_within(100), 0);
	timing_end();
}

/*
 * The module refuses a time that is 2^63 ahead (metadata_vp.c of Intel's sources), but OpenHCL
 * adds any distance to the TSC. The driver handles it as no deadline at all: it is not an
 * error, and it replaces the previous deadline.
 */
static void the_largest_deadline_never_expires(void **state)
{
	const uint64_t far[] = {
		UINT64_MAX, UINT64_MAX - 1, __rdtsc() + (1ULL << 63) + (1ULL << 50),
	};
	size_t i;

	timing_begin(VTL0_MODE_SPIN);
	for (i = 0; i < ARRAY_SIZE(far); i++) {
		deadline_arm(in_ms(50));
		assert_false(vp_run_expires(5));
		deadline_arm(far[i]);
		assert_int_equal(expiries_within(150), 0);
	}
	timing_end();
}

/*
 * The timer behind the module's deadline has 32 bits, so a distant deadline causes an early exit
 * (set_vmx_preemption_timer() of Intel's sources). OpenHCL then computes the same time again,
 * and does not set "update".
 */
static void an_exit_before_the_deadline_leaves_it_armed(void **state)
{
	const struct lab_tdx_hook early = {
		.kind = LAB_TDX_HOOK_EXIT,
		.count = 1,
		.reason = EXIT_DEADLINE,
	};
	uint64_t deadline;

	timing_begin(VTL0_MODE_SPIN);
	deadline = in_ms(200);
	deadline_arm(deadline);
	assert_false(vp_run_expires(5));
	guest_hook(early);
	cpu_pin(guest.vp);
	/* The kernel enters VTL0 again, and the VMM does not see the early exit. */
	stays_until_expiry();
	assert_true(__rdtsc() >= deadline);
	assert_int_equal(expiries_within(100), 0);
	timing_end();
}

/*
 * The VMM has one deadline for a VP, whichever VM it enters (TdxTscDeadline in TdxBacked,
 * tdx/mod.rs); the module has one for each VM. VM 2 and 3 cannot be entered here, but their
 * fields exist.
 */
static void each_vm_that_is_entered_has_the_deadline_of_the_vp(void **state)
{
	uint64_t vm_1, deadline, good;
	unsigned int vm;

	timing_begin(VTL0_MODE_SPIN);
	vm_1 = in_ms(3600000);
	deadline_arm(vm_1);
	assert_false(vp_run_expires(5));
	assert_int_equal(guest_module_deadline(1), vm_1);
	good = guest_context()->entry_rcx;
	for (vm = 2; vm <= 3; vm++) {
		deadline = in_ms(60000 * vm);
		guest_context()->entry_rcx = (uint64_t)vm << VM_SHIFT;
		deadline_arm(deadline);
		assert_int_equal(guest_enter_until_it_ends(), -EIO);
		client_clear();
		assert_int_equal(guest_module_deadline(vm), deadline);
		/* "update" is not set: the VMM assumes that the kernel knows the deadline. */
		guest_context()->entry_rcx = good;
		assert_false(vp_run_expires(5));
		assert_int_equal(guest_module_deadline(1), deadline);
	}
	deadline = in_ms(50);
	guest_context()->entry_rcx = 2ULL << VM_SHIFT;
	deadline_arm(deadline);
	assert_int_equal(guest_enter_until_it_ends(), -EIO);
	client_clear();
	guest_context()->entry_rcx = good;
	stays_until_expiry();
	assert_true(__rdtsc() >= deadline);
	assert_int_equal(expiries_within(100), 0);
	assert_int_equal(guest_module_deadline(1), DEADLINE_OFF);
	timing_end();
}

/*
 * The VMM clears "update" after each run and does not set it again for the same time
 * (last_deadline_100ns). So a run that ends before VTL0 is entered must use the update as well.
 */
static void a_run_without_an_entry_applies_the_update(void **state)
{
	static const enum vtl0_mode modes[] = { VTL0_MODE_SPIN, VTL0_MODE_HALT };
	uint64_t deadline;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(modes); i++) {
		timing_begin(modes[i]);
		deadline = in_ms(50);
		deadline_arm(deadline);
		lab.run[guest.vp]->cancel = 1;
		assert_errno(ioctl(vmm_file(guest.vm), MSHV_RETURN_TO_LOWER_VTL), EINTR);
		client_clear();
		stays_until_expiry();
		assert_true(__rdtsc() >= deadline);
		timing_end();
		assert_int_equal(vmm_vp_start(guest.vm, guest.vp), 0);
	}
}

static void halt_expires_as_not_entered(void)
{
	deadline_arm(in_ms(20));
	assert_int_equal(guest_enter_until_it_ends(), 0);
	assert_int_equal(guest_context()->exit.rax, PENDING_INTERRUPT);
	assert_int_equal(expiries_within(50), 0);
}

/*
 * After an exit of VTL0 the VMM assumes that an event was injected and that translations were
 * invalidated (tdx/mod.rs, "Since the L2 was entered we can clear any TLB flush
 * requests"). From PENDING_INTERRUPT it knows that VTL0 was not entered.
 */
static void a_halt_that_ends_has_not_injected_an_event(void **state)
{
	struct mshv_vtl_run *run = lab.run[guest.vp];

	timing_begin(VTL0_MODE_HALT);
	run->offload_flags &= ~MSHV_VTL_OFFLOAD_INTR_INJECT;
	halt_expires_as_not_entered();
	run->offload_flags |= MSHV_VTL_OFFLOAD_INTR_INJECT;
	timing_end();
}

static void a_halt_that_ends_has_not_invalidated_translations(void **state)
{
	uint64_t good;

	timing_begin(VTL0_MODE_HALT);
	good = guest_context()->entry_rcx;
	guest_context()->entry_rcx = good | 1;
	halt_expires_as_not_entered();
	guest_context()->entry_rcx = good;
	timing_end();
}

/*
 * VTL0 waits once, with interrupts disabled or with a task priority, on the VMM's own thread.
 * When this returns it waits: the vector of the command has been handled.
 */
static void waiting_begin(enum vtl0_wait how, unsigned int priority, bool open)
{
	const uint64_t arguments[VTL0_ARGUMENTS] = { how, priority, open };

	guest_halted_wait(guest.vp);
	vmm_command_post(guest.vm, guest.vp, VTL0_COMMAND_WAIT, arguments);
	wait_until(vmm_report(guest.vm, guest.vp)->state == VTL0_STATE_WAITING,
		   "VP %u does not wait", guest.vp);
	guest_halted_wait(guest.vp);
}

/* The wait ends. Returns the value that VTL0 found in EDX:EAX. */
static uint64_t waiting_end(void)
{
	uint64_t result = 0;

	assert_int_equal(vmm_command_wait(guest.vm, guest.vp, PATIENCE_MS, &result), 0);
	return result;
}

static void ends_by_a_device(enum vtl0_wait how, unsigned int priority, bool open)
{
	unsigned int route = guest_edu_route(0, guest.vp, VECTOR);

	waiting_begin(how, priority, open);
	assert_int_equal(guest_count(guest.vp, VECTOR), 0);
	guest_raise(route);
	assert_int_equal(waiting_end(), 0);
	guest_count_wait(guest.vp, VECTOR, 1);
}

/* "Exit idle when an interrupt is received, regardless of IF": OpenHCL, tdx/mod.rs. */
static void idle_with_interrupts_closed_ends_by_a_device(void **state)
{
	ends_by_a_device(VTL0_WAIT_IDLE, 0, false);
}

static void idle_ends_by_a_vector_below_the_task_priority(void **state)
{
	ends_by_a_device(VTL0_WAIT_IDLE, 0x60, true);
}

static void idle_with_interrupts_closed_ends_by_an_ipi(void **state)
{
	uint64_t icr = VTL0_ICR(apic_id(guest.vp), VECTOR, 0);

	NEEDS_TWO_CPUS();
	waiting_begin(VTL0_WAIT_IDLE, 0, false);
	guest_command(0, VTL0_COMMAND_IPI, icr, 1, 0);
	assert_int_equal(waiting_end(), 0);
	guest_count_wait(guest.vp, VECTOR, 1);
}

/* As in the reference kernel (mshv_tdx_update_rvi_halt()): any pending interrupt ends it. */
static void hlt_with_interrupts_closed_ends_by_a_device(void **state)
{
	ends_by_a_device(VTL0_WAIT_HLT, 0, false);
}

static void hlt_ends_by_a_vector_below_the_task_priority(void **state)
{
	ends_by_a_device(VTL0_WAIT_HLT, 0x60, true);
}

/* The value is returned in EDX:EAX, which VTL0 had filled with ones. */
static void the_idle_register_reads_as_zero(void **state)
{
	waiting_begin(VTL0_WAIT_IDLE, 0, true);
	vmm_assert(guest.vm, guest.vp, VECTOR);
	assert_int_equal(waiting_end(), 0);
	guest_count_wait(guest.vp, VECTOR, 1);
}

static void in_service_set(unsigned int vector)
{
	volatile uint32_t *apic = (uint32_t *)vtl_page(vmm_file(guest.vm),
			MSHV_VTL_PAGE_INDEX(MSHV_VTL_PAGE_VIRTUAL_APIC, guest.vp));

	apic[(APIC_ISR + vector / 32 * 16) / 4] |= 1u << vector % 32;
	guest_context()->gpr.svi = vector;
}

/* Waits until the VP is halted, or until the kernel has ended a halt that the VMM began. */
static void halted_flag_wait(bool halted)
{
	struct mshv_vtl_run *run = lab.run[guest.vp];

	wait_until(!!(__atomic_load_n(&run->flags, __ATOMIC_SEQ_CST) & MSHV_VTL_RUN_HALTED) ==
		   halted,
		   "the VP is %s halted", halted ? "not" : "still");
}

static void a_halt_ends_though_a_higher_vector_is_in_service(uint8_t why)
{
	struct mshv_vtl_run *run = lab.run[guest.vp];
	unsigned int route = guest_edu_route(0, guest.vp, VECTOR);

	guest_mode(guest.vp, VTL0_MODE_SPIN);
	vmm_vp_stop(guest.vm, guest.vp);
	in_service_set(HIGH_VECTOR);
	run->flags |= MSHV_VTL_RUN_HALTED;
	run->offload_flags = VMM_OFFLOAD_DEFAULT | why;
	vp_run_begin(&vp_run);
	assert_true(vp_run_lasts(&vp_run));
	guest_raise(route);
	halted_flag_wait(false);
	guest_spinning_wait(guest.vp);
	assert_int_equal(vp_run_end_by_signal(&vp_run), -EINTR);
	assert_int_equal(run->offload_flags & why, 0);
	/* The vector is pending, and waits for the EOI of the other. */
	assert_int_equal(guest_context()->gpr.rvi, VECTOR);
	assert_int_equal(guest_count(guest.vp, VECTOR), 0);
}

static void idle_ends_with_a_higher_vector_in_service(void **state)
{
	a_halt_ends_though_a_higher_vector_is_in_service(MSHV_VTL_OFFLOAD_HALT_IDLE);
}

static void hlt_ends_with_a_higher_vector_in_service(void **state)
{
	a_halt_ends_though_a_higher_vector_is_in_service(MSHV_VTL_OFFLOAD_HALT_HLT);
}

/* A halt for another reason of the VMM's (a TLB lock, a SIPI) does not end by an interrupt. */
static void a_halt_of_the_vmms_own_does_not_end_by_an_interrupt(void **state)
{
	struct mshv_vtl_run *run = lab.run[guest.vp];
	unsigned int route = guest_edu_route(0, guest.vp, VECTOR);
	unsigned long entries;

	guest_mode(guest.vp, VTL0_MODE_SPIN);
	vmm_vp_stop(guest.vm, guest.vp);
	run->flags |= MSHV_VTL_RUN_HALTED;
	run->offload_flags = VMM_OFFLOAD_DEFAULT | MSHV_VTL_OFFLOAD_HALT_OTHER |
			     MSHV_VTL_OFFLOAD_HALT_IDLE;
	entries = vps_column(guest.vp, "entries");
	vp_run_begin(&vp_run);
	assert_true(vp_run_lasts(&vp_run));
	guest_raise(route);
	assert_true(vp_run_lasts(&vp_run));
	assert_int_equal(vp_run_end_by_signal(&vp_run), -EINTR);
	assert_int_equal(vps_column(guest.vp, "entries"), entries);
	assert_true(run->flags & MSHV_VTL_RUN_HALTED);
	assert_int_equal(run->offload_flags & MSHV_VTL_OFFLOAD_HALT_IDLE, 0);

	run->flags &= ~MSHV_VTL_RUN_HALTED;
	run->offload_flags = VMM_OFFLOAD_DEFAULT;
	assert_int_equal(vmm_vp_start(guest.vm, guest.vp), 0);
	guest_count_wait(guest.vp, VECTOR, 1);
}

static const struct CMUnitTest tests[] = {
	GUEST_TEST(an_expired_deadline_does_not_starve_a_spinning_vp),
	GUEST_TEST(an_expired_deadline_does_not_keep_a_halted_vp_awake),
	GUEST_TEST(the_kernel_clears_an_update_that_it_applies),
	GUEST_TEST(a_deadline_that_ended_a_halt_does_not_expire_again),
	GUEST_TEST(a_deadline_in_the_past_expires_at_once_and_once),
	GUEST_TEST(each_update_arms_the_deadline_again),
	GUEST_TEST(an_armed_deadline_lasts_over_runs),
	GUEST_TEST(a_deadline_of_zero_disarms),
	GUEST_TEST(a_halt_ends_at_the_deadline_of_an_earlier_run),
	GUEST_TEST(the_largest_deadline_never_expires),
	GUEST_TEST(an_exit_before_the_deadline_leaves_it_armed),
	GUEST_TEST(each_vm_that_is_entered_has_the_deadline_of_the_vp),
	GUEST_TEST(a_run_without_an_entry_applies_the_update),
	GUEST_TEST(a_halt_that_ends_has_not_injected_an_event),
	GUEST_TEST(a_halt_that_ends_has_not_invalidated_translations),
	GUEST_TEST(idle_with_interrupts_closed_ends_by_a_device),
	GUEST_TEST(idle_ends_by_a_vector_below_the_task_priority),
	GUEST_TEST(idle_with_interrupts_closed_ends_by_an_ipi),
	GUEST_TEST(hlt_with_interrupts_closed_ends_by_a_device),
	GUEST_TEST(hlt_ends_by_a_vector_below_the_task_priority),
	GUEST_TEST(the_idle_register_reads_as_zero),
	GUEST_TEST(idle_ends_with_a_higher_vector_in_service),
	GUEST_TEST(hlt_ends_with_a_higher_vector_in_service),
	GUEST_TEST(a_halt_of_the_vmms_own_does_not_end_by_an_interrupt),
};

GUEST_PROGRAM("vtl0_timer", tests)
