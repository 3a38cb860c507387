// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A VMM may be faulty: if it runs a VP twice, moves its thread to another CPU, writes garbage, or
 * dies, this harms neither the kernel nor the next VMM.
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../harness/vtl0.h"

#define VECTOR		0x51
#define FX_MXCSR	24
#define VM_SHIFT	52
#define TDX_ERROR	0x8000000000000000ULL
#define TDG_VP_INFO	1
#define TDG_SYS_RD	11
#define TDG_VP_ENTER	25
#define NOT_CANONICAL	0x8000123456789abcULL

/* Static, because the fixture ends the run that a failed test left behind. */
static struct vp_run vp_run, second;

static struct mshv_tdx_context *context(void)
{
	return (struct mshv_tdx_context *)lab.run[guest.vp]->context;
}

static void a_vp_has_one_thread_at_a_time(void **state)
{
	unsigned int round;

	vp_run_halted(&vp_run);
	for (round = 0; round < 20; round++) {
		second.cpu = guest.vp;
		vp_run_begin_as_it_is(&second);
		assert_int_equal(vp_run_end(&second), -EBUSY);
	}
	assert_true(vp_run_lasts(&vp_run));
	assert_int_equal(vp_run_end_by_signal(&vp_run), -EINTR);
	/* After the first run has ended, the second thread may run the VP. */
	vp_run_begin(&second);
	assert_true(vp_run_lasts(&second));
	assert_int_equal(vp_run_end_by_signal(&second), -EINTR);
}

static void thread_move(const struct vp_run *moved, unsigned int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	assert_int_equal(sched_setaffinity(moved->tid, sizeof(set), &set), 0);
}

static void a_running_thread_that_leaves_its_cpu_gets_an_error(void **state)
{
	NEEDS_TWO_CPUS();
	vp_run_spinning(&vp_run);
	thread_move(&vp_run, 0);
	assert_int_equal(vp_run_end(&vp_run), -EINVAL);
	/* When its thread is on the right CPU again, VTL0 continues. */
	vp_run_begin(&vp_run);
	guest_spinning_wait(guest.vp);
	assert_int_equal(vp_run_end_by_signal(&vp_run), -EINTR);
}

static void a_halted_thread_that_leaves_its_cpu_loses_no_interrupt(void **state)
{
	unsigned int route;

	NEEDS_TWO_CPUS();
	vp_run_halted(&vp_run);
	route = guest_edu_route(0, guest.vp, VECTOR);
	thread_move(&vp_run, 0);
	guest_raise(route);
	assert_int_equal(vp_run_end(&vp_run), -EINVAL);
	assert_int_equal(guest_count(guest.vp, VECTOR), 0);
	vp_run_begin(&vp_run);
	guest_count_wait(guest.vp, VECTOR, 1);
	assert_int_equal(vp_run_end_by_signal(&vp_run), -EINTR);
}

/* In a child: runs a guest in @mode, with one route, until it is killed. */
static void killed_run(enum vtl0_mode mode, int report)
{
	unsigned int vp;

	if (guest_create(&guest.vm, lab.cpus))
		_exit(1);
	guest.vps = lab.cpus;
	guest_edu_route(0, lab.cpus - 1, VECTOR);
	for (vp = 0; vp < guest.vps; vp++)
		guest_mode(vp, mode);
	child_report(report, &vp, sizeof(vp));
}

static void mappings_wait(unsigned long count)
{
	wait_until(totals("mappings") == count,
		   "%lu mappings, not %lu", totals("mappings"), count);
}

static void kill_while(enum vtl0_mode mode)
{
	unsigned int vps;
	int report;
	pid_t child = child_fork(&report);

	if (!child)
		killed_run(mode, report);
	child_read(report, &vps, sizeof(vps));
	assert_int_equal(totals("mappings"), 1);
	child_kill(child);
	mappings_wait(0);
}

/* A VMM that was killed leaves nothing behind that could disturb the next one. */
static void a_new_vmm_starts_after_a_kill(void **state)
{
	static const enum vtl0_mode modes[] = {
		VTL0_MODE_SPIN, VTL0_MODE_HALT, VTL0_MODE_SPIN, VTL0_MODE_HALT,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(modes); i++) {
		kill_while(modes[i]);
		guest.vps = lab.cpus;
		assert_int_equal(guest_create(&guest.vm, guest.vps), 0);
		guest_raise_paced(guest_edu_route(0, lab.cpus - 1, VECTOR), lab.cpus - 1, VECTOR,
				  20);
		vmm_destroy(guest.vm);
		guest.vm = NULL;
	}
}

/* Intel SDM, volume 1, "Guidelines for Writing to the MXCSR Register": loading one causes #GP. */
static void reserved_bits_of_mxcsr_do_not_fault(void **state)
{
	const uint32_t all = UINT32_MAX;
	unsigned int route;

	guest_halted_wait(guest.vp);
	vmm_vp_stop(guest.vm, guest.vp);
	memcpy(context()->fx_state + FX_MXCSR, &all, sizeof(all));
	assert_int_equal(vmm_vp_start(guest.vm, guest.vp), 0);
	route = guest_edu_route(0, guest.vp, VECTOR);
	guest_raise_paced(route, guest.vp, VECTOR, 10);
}

/*
 * A CPU refuses such an address (Intel SDM, WRMSR), and the run does not begin; QEMU's CPU accepts
 * it. In both cases this thread's next system call finds the kernel's own value. EINVAL is this
 * driver's own: OpenHCL's kernel does not expect the CPU to refuse it.
 */
static void an_address_that_is_not_canonical_does_not_fault(void **state)
{
	uint64_t good;
	int ret;

	vp_run_halted(&vp_run);
	assert_int_equal(vp_run_end_by_signal(&vp_run), -EINTR);
	good = context()->vp_state.msr_lstar;
	context()->vp_state.msr_lstar = NOT_CANONICAL;
	vmm_assert(guest.vm, guest.vp, VTL0_VECTOR_COMMAND);
	vp_run_begin(&vp_run);
	sleep_ms(NOTHING_MS);
	ret = vp_run_end_by_signal(&vp_run);
	print_message("# LSTAR that is not canonical: %s\n", strerror(-ret));
	assert_true(ret == -EINVAL || ret == -EINTR);
	if (ret == -EINTR)
		assert_int_equal(context()->vp_state.msr_lstar, NOT_CANONICAL);

	context()->vp_state.msr_lstar = good;
	vp_run_begin(&vp_run);
	assert_true(vp_run_lasts(&vp_run));
	assert_int_equal(vp_run_end_by_signal(&vp_run), -EINTR);
}

/*
 * tdg_vp_enter() of Intel's TDX module 1.5.01. EIO is this driver's own: OpenHCL's kernel returns
 * 0, and the VMM finds the status in RAX.
 */
static void a_refused_entry_returns_its_status(void **state)
{
	static const uint64_t vms[] = { 0, 3ULL << VM_SHIFT, UINT64_MAX };
	uint64_t good;
	size_t i;

	vp_run_spinning(&vp_run);
	assert_int_equal(vp_run_end_by_signal(&vp_run), -EINTR);
	good = context()->entry_rcx;
	for (i = 0; i < ARRAY_SIZE(vms); i++) {
		context()->entry_rcx = vms[i];
		vp_run_begin(&vp_run);
		assert_int_equal(vp_run_end(&vp_run), -EIO);
		assert_true(context()->exit.rax & TDX_ERROR);
	}
	context()->entry_rcx = good;
	vp_run_begin(&vp_run);
	guest_spinning_wait(guest.vp);
	assert_int_equal(vp_run_end_by_signal(&vp_run), -EINTR);
}

static int tdcall_ioctl(uint64_t leaf)
{
	struct mshv_tdcall args = { .rax = leaf };

	return ioctl(lab.vtl, MSHV_TDCALL, &args) ? -errno : 0;
}

static void the_leaf_that_enters_is_refused_to_user_space(void **state)
{
	cpu_pin(0);
	assert_int_equal(tdcall_ioctl(TDG_VP_ENTER), -EPERM);
	/* The bits above the leaf number, which give its version, make no difference. */
	assert_int_equal(tdcall_ioctl(1 << 16 | TDG_VP_ENTER), -EPERM);
	assert_int_equal(tdcall_ioctl(0xabcdULL << 48 | TDG_VP_ENTER), -EPERM);
	assert_int_equal(tdcall_ioctl(TDG_VP_INFO), -EPERM);
	assert_int_equal(tdcall_ioctl(TDG_SYS_RD), 0);
	assert_errno(ioctl(lab.vtl, MSHV_TDCALL, (void *)8), EFAULT);
}

/*
 * A flush that the VMM requests once is made once, at the next entry (OHCL-Linux-Kernel,
 * drivers/hv/mshv_vtl_main.c, mshv_vtl_switch_to_vtl0_irqoff()).
 */
static void a_cache_flush_is_performed_at_entry(void **state)
{
	struct mshv_tdx_context *context = (void *)vmm_run_page(guest.vm, guest.vp)->context;
	unsigned int tries;

	guest_mode(guest.vp, VTL0_MODE_SPIN);
	__atomic_store_n(&context->vp_state.flags, 3, __ATOMIC_RELEASE);
	for (tries = 0; tries < PATIENCE_MS; tries++) {
		if (!__atomic_load_n(&context->vp_state.flags, __ATOMIC_ACQUIRE))
			return;
		sleep_ms(1);
	}
	fail_msg("the flags are still set");
}

static volatile uint32_t *apic_page(int vtl, unsigned int cpu)
{
	return (uint32_t *)vtl_page(vtl, MSHV_VTL_PAGE_INDEX(MSHV_VTL_PAGE_VIRTUAL_APIC, cpu));
}

static void all_files_share_the_virtual_apic_page(void **state)
{
	volatile uint32_t *mine = apic_page(vmm_file(guest.vm), guest.vp);
	volatile uint32_t *same = apic_page(lab.vtl, guest.vp);
	volatile uint32_t *other = apic_page(lab.vtl, 0);

	vmm_stop(guest.vm);
	mine[4096 / 4 - 1] = 0x600df00d;
	assert_int_equal(same[4096 / 4 - 1], 0x600df00d);
	if (guest.vp)
		assert_int_equal(other[4096 / 4 - 1], 0);
	assert_int_equal(((uint32_t *)lab.run[guest.vp])[4096 / 4 - 1], 0);
	mine[4096 / 4 - 1] = 0;
	munmap((void *)mine, 4096);
	munmap((void *)same, 4096);
	munmap((void *)other, 4096);
}

static const struct CMUnitTest tests[] = {
	GUEST_TEST(a_vp_has_one_thread_at_a_time),
	GUEST_TEST(a_running_thread_that_leaves_its_cpu_gets_an_error),
	GUEST_TEST(a_halted_thread_that_leaves_its_cpu_loses_no_interrupt),
	LAB_TEST(a_new_vmm_starts_after_a_kill),
	GUEST_TEST(reserved_bits_of_mxcsr_do_not_fault),
	GUEST_TEST(an_address_that_is_not_canonical_does_not_fault),
	GUEST_TEST(a_refused_entry_returns_its_status),
	LAB_TEST(the_leaf_that_enters_is_refused_to_user_space),
	GUEST_TEST(a_cache_flush_is_performed_at_entry),
	GUEST_TEST(all_files_share_the_virtual_apic_page),
};

GUEST_PROGRAM("vtl0_trust", tests)
