// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The events that make MSHV_RETURN_TO_LOWER_VTL return: signals, kicks, poll files.
 *
 * EINTR is a run without an exit (openvmm, openhcl/hcl/src/ioctl.rs, run()), after a signal or a
 * cancel (OHCL-Linux-Kernel, drivers/hv/mshv_vtl_main.c, mshv_vtl_ioctl_return_to_lower_vtl()).
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "../harness/vtl0.h"

#define VECTOR		0x51

/* Static, because the fixture ends the run that a failed test left behind. */
static struct vp_run vp_run;

static void a_signal_ends_the_run_of_a_running_vp(void **state)
{
	vp_run_spinning(&vp_run);
	assert_true(vp_run_lasts(&vp_run));
	assert_int_equal(vp_run_end_by_signal(&vp_run), -EINTR);
}

static void a_signal_ends_the_run_of_a_halted_vp(void **state)
{
	unsigned int round;

	for (round = 0; round < 20; round++) {
		vp_run_halted(&vp_run);
		assert_true(round || vp_run_lasts(&vp_run));
		pthread_kill(vp_run.thread, SIGUSR1);
		assert_int_equal(vp_run_end(&vp_run), -EINTR);
		assert_int_equal(vmm_vp_start(guest.vm, guest.vp), 0);
	}
	/* The VP is still halted, and can be woken. */
	guest_raise_paced(guest_edu_route(0, guest.vp, VECTOR), guest.vp, VECTOR, 10);
}

static int kick(uint64_t mask, uint64_t flags)
{
	struct mshv_kick_cpus args = { .len = 64, .mask = (uintptr_t)&mask, .flags = flags };

	return ioctl(vmm_file(guest.vm), MSHV_KICK_CPUS, &args) ? -errno : 0;
}

static int kick_vp(uint64_t flags)
{
	return kick(1ULL << guest.vp, flags);
}

static void a_cancel_ends_the_run_of_a_running_vp(void **state)
{
	NEEDS_TWO_CPUS();
	vp_run_spinning(&vp_run);
	assert_int_equal(kick_vp(MSHV_KICK_CPUS_CANCEL), 0);
	assert_int_equal(vp_run_end(&vp_run), -EINTR);
	assert_int_equal(lab.run[guest.vp]->cancel, 1);

	/* The cancel remains until the VMM clears it: later runs return immediately. */
	vp_run_begin_as_it_is(&vp_run);
	assert_int_equal(vp_run_end(&vp_run), -EINTR);
}

static void a_cancel_ends_the_run_of_a_halted_vp(void **state)
{
	unsigned int round;

	NEEDS_TWO_CPUS();
	for (round = 0; round < 20; round++) {
		vp_run_halted(&vp_run);
		assert_int_equal(kick_vp(MSHV_KICK_CPUS_CANCEL | MSHV_KICK_CPUS_WAIT), 0);
		assert_int_equal(vp_run_end(&vp_run), -EINTR);
		assert_int_equal(vmm_vp_start(guest.vm, guest.vp), 0);
	}
}

static void a_kick_alone_ends_no_run(void **state)
{
	unsigned int round;

	NEEDS_TWO_CPUS();
	vp_run_spinning(&vp_run);
	for (round = 0; round < 50; round++) {
		assert_int_equal(kick_vp(0), 0);
		assert_int_equal(kick_vp(MSHV_KICK_CPUS_WAIT), 0);
	}
	assert_true(vp_run_lasts(&vp_run));
	assert_int_equal(vp_run_end_by_signal(&vp_run), -EINTR);
	assert_int_equal(lab.run[guest.vp]->cancel, 0);

	assert_int_equal(vmm_vp_start(guest.vm, guest.vp), 0);
	vp_run_halted(&vp_run);
	assert_int_equal(kick_vp(0), 0);
	assert_int_equal(kick_vp(MSHV_KICK_CPUS_WAIT), 0);
	assert_true(vp_run_lasts(&vp_run));
	assert_int_equal(vp_run_end_by_signal(&vp_run), -EINTR);
}

/* As in mshv_vtl_ioctl_kick_cpu() there, which ignores unknown flags, unlike this driver. */
static void a_kick_leaves_out_the_callers_cpu_and_those_not_named(void **state)
{
	vp_run_halted(&vp_run);
	cpu_pin(guest.vp);
	assert_int_equal(kick(~0ULL, MSHV_KICK_CPUS_CANCEL), 0);
	assert_int_equal(lab.run[guest.vp]->cancel, 0);
	cpu_pin(0);
	assert_int_equal(kick(~(1ULL << guest.vp), MSHV_KICK_CPUS_CANCEL), 0);
	assert_int_equal(lab.run[guest.vp]->cancel, 0);
	assert_true(vp_run_lasts(&vp_run));
	assert_int_equal(vp_run_end_by_signal(&vp_run), -EINTR);
}

static void a_malformed_kick_is_refused(void **state)
{
	struct mshv_kick_cpus args = { .len = 64, .mask = 8 };
	uint64_t mask = 0;
	int vtl = vmm_file(guest.vm);

	assert_int_equal(kick(0, 1ULL << 2), -EINVAL);
	assert_int_equal(kick(0, 1ULL << 63 | MSHV_KICK_CPUS_CANCEL), -EINVAL);
	assert_errno(ioctl(vtl, MSHV_KICK_CPUS, &args), EFAULT);
	assert_errno(ioctl(vtl, MSHV_KICK_CPUS, (void *)8), EFAULT);
	/* Any length is accepted; only the bits of existing CPUs are used. */
	args = (struct mshv_kick_cpus) { .len = UINT64_MAX, .mask = (uintptr_t)&mask };
	assert_int_equal(ioctl(vtl, MSHV_KICK_CPUS, &args), 0);
	args.len = 0;
	assert_int_equal(ioctl(vtl, MSHV_KICK_CPUS, &args), 0);
}

/*
 * EINVAL, EBADFD and that a file replaces another are as in mshv_vtl_ioctl_set_poll_file() there.
 * This driver's own are EPERM, that a file that is readable already cancels, that a file goes with
 * its VTL file, and that only some events cancel (all do in mshv_vtl_poll_file_wake()).
 */
static int poll_set(int vtl, unsigned int cpu, int fd)
{
	struct mshv_set_poll_file args = { .cpu = cpu, .fd = fd };

	return ioctl(vtl, MSHV_SET_POLL_FILE, &args) ? -errno : 0;
}

static int event_make(uint64_t value)
{
	int event = eventfd(value, EFD_CLOEXEC | EFD_NONBLOCK);

	check(event >= 0, "eventfd: %s", strerror(errno));
	return event;
}

static void event_set(int event)
{
	const uint64_t one = 1;

	assert_int_equal(write(event, &one, sizeof(one)), sizeof(one));
}

/* A kick is counted for the CPU that sends it; none is needed from the VP's own CPU. */
static unsigned long kicks_count(void)
{
	unsigned long kicks = 0;
	unsigned int cpu;

	for (cpu = 0; cpu < lab.cpus; cpu++)
		kicks += vps_column(cpu, "kicks");
	return kicks;
}

static void a_readable_poll_file_ends_the_run_of_a_running_vp(void **state)
{
	int event = event_make(0);
	unsigned long kicks;

	vp_run_spinning(&vp_run);
	assert_int_equal(poll_set(vmm_file(guest.vm), guest.vp, event), 0);
	assert_true(vp_run_lasts(&vp_run));
	cpu_pin(0);
	kicks = kicks_count();
	event_set(event);
	assert_int_equal(vp_run_end(&vp_run), -EINTR);
	assert_true(!guest.vp || kicks_count() > kicks);
	close(event);
}

static void a_readable_poll_file_ends_the_run_of_a_halted_vp(void **state)
{
	int event = event_make(0);

	vp_run_halted(&vp_run);
	assert_int_equal(poll_set(vmm_file(guest.vm), guest.vp, event), 0);
	assert_true(vp_run_lasts(&vp_run));
	event_set(event);
	assert_int_equal(vp_run_end(&vp_run), -EINTR);
	close(event);
}

static void a_poll_file_that_is_readable_already_ends_the_run(void **state)
{
	int event = event_make(1);

	vp_run_halted(&vp_run);
	assert_int_equal(poll_set(vmm_file(guest.vm), guest.vp, event), 0);
	assert_int_equal(vp_run_end(&vp_run), -EINTR);
	close(event);
}

/* The other end of the pipe is closed: a reader sees POLLHUP, a writer POLLERR. */
static void closed_pipe_ends_the_run(unsigned int kept)
{
	int ends[2];

	assert_int_equal(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
	close(ends[!kept]);
	vp_run_halted(&vp_run);
	assert_int_equal(poll_set(vmm_file(guest.vm), guest.vp, ends[kept]), 0);
	assert_int_equal(vp_run_end(&vp_run), -EINTR);
	close(ends[kept]);
}

static void a_poll_file_that_has_hung_up_ends_the_run(void **state)
{
	closed_pipe_ends_the_run(0);
}

static void a_poll_file_that_has_failed_ends_the_run(void **state)
{
	closed_pipe_ends_the_run(1);
}

/* A pipe is writable at once, which must not cancel the run; an error must cancel it. */
static void a_poll_file_that_fails_ends_the_run(void **state)
{
	int ends[2];

	assert_int_equal(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
	vp_run_halted(&vp_run);
	assert_int_equal(poll_set(vmm_file(guest.vm), guest.vp, ends[1]), 0);
	assert_true(vp_run_lasts(&vp_run));
	close(ends[0]);
	assert_int_equal(vp_run_end(&vp_run), -EINTR);
	close(ends[1]);
}

static void a_second_poll_file_replaces_the_first(void **state)
{
	int first = event_make(0), next = event_make(0);

	vp_run_halted(&vp_run);
	assert_int_equal(poll_set(vmm_file(guest.vm), guest.vp, first), 0);
	/* Each VP has one poll file, whichever VTL file sets it. */
	assert_int_equal(poll_set(lab.vtl, guest.vp, next), 0);
	event_set(first);
	assert_true(vp_run_lasts(&vp_run));
	event_set(next);
	assert_int_equal(vp_run_end(&vp_run), -EINTR);
	close(first);
	close(next);
}

static void a_poll_file_goes_with_its_vtl_file(void **state)
{
	int vtl = vtl_open(), event = event_make(0);

	vp_run_halted(&vp_run);
	assert_int_equal(poll_set(vtl, guest.vp, event), 0);
	close(vtl);
	event_set(event);
	assert_true(vp_run_lasts(&vp_run));
	assert_int_equal(vp_run_end_by_signal(&vp_run), -EINTR);
	close(event);
}

/* The driver holds the file, which stays readable once the other end is closed. */
static void a_poll_file_may_be_closed_before_it_becomes_readable(void **state)
{
	int ends[2];

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	vp_run_halted(&vp_run);
	assert_int_equal(poll_set(vmm_file(guest.vm), guest.vp, ends[0]), 0);
	close(ends[0]);
	assert_true(vp_run_lasts(&vp_run));
	close(ends[1]);
	assert_int_equal(vp_run_end(&vp_run), -EINTR);
}

static void a_malformed_poll_file_is_refused(void **state)
{
	int event = event_make(0);
	int plain = open("/tmp/plain", O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	assert_true(plain >= 0);
	assert_int_equal(poll_set(lab.vtl, lab.cpus, event), -EINVAL);
	assert_int_equal(poll_set(lab.vtl, UINT32_MAX, event), -EINVAL);
	assert_int_equal(poll_set(lab.vtl, 0, -1), -EBADFD);
	assert_int_equal(poll_set(lab.vtl, 0, 9999), -EBADFD);
	assert_int_equal(poll_set(lab.vtl, 0, plain), -EPERM);
	assert_errno(ioctl(lab.vtl, MSHV_SET_POLL_FILE, (void *)8), EFAULT);
	close(plain);
	close(event);
}

static void a_poll_file_of_an_offline_cpu_is_refused(void **state)
{
	int event = event_make(0), ret;

	NEEDS_TWO_CPUS();
	assert_int_equal(cpu_set_online(1, false), 0);
	ret = poll_set(lab.vtl, 1, event);
	assert_int_equal(cpu_set_online(1, true), 0);
	assert_int_equal(ret, -EINVAL);
	assert_int_equal(poll_set(lab.vtl, 1, event), 0);
	close(event);
}

/* This is true even if the VP of that CPU has no mapping. */
static void no_cpu_goes_offline_while_vtl0_runs(void **state)
{
	unsigned int cpu;

	NEEDS_TWO_CPUS();
	for (cpu = 1; cpu < lab.cpus; cpu++)
		assert_int_equal(cpu_set_online(cpu, false), -EBUSY);
	guest_command(guest.vp, VTL0_COMMAND_MODE, VTL0_MODE_SPIN, 0, 0);
	guest_spinning_wait(guest.vp);

	vmm_destroy(guest.vm);
	guest.vm = NULL;
	assert_int_equal(cpu_set_online(lab.cpus - 1, false), 0);
	assert_int_equal(cpu_set_online(lab.cpus - 1, true), 0);
}

#define TRACING			"/sys/kernel/tracing"
/* Status of an exit for an interrupt of VTL2 (TDX 1.5.01: TDX_L2_EXIT_PENDING_INTERRUPT). */
#define PENDING_INTERRUPT	0x1102

/* Returns how many exits of the guest's VP with this status are in the trace. */
static unsigned int exits_traced(uint32_t status)
{
	FILE *trace = fopen(TRACING "/trace", "re");
	unsigned long long reason;
	unsigned int vp, count = 0;
	char line[256], *at;

	check(trace, "the trace: %s", strerror(errno));
	while (fgets(line, sizeof(line), trace)) {
		at = strstr(line, "vtl_exit: ");
		if (at && sscanf(at, "vtl_exit: vp=%u reason=%llx", &vp, &reason) == 2)
			count += vp == guest.vp && reason >> 32 == status;
	}
	fclose(trace);
	return count;
}

static void exits_are_traced_with_their_reason(void **state)
{
	assert_int_equal(text_write(TRACING "/trace", O_TRUNC, ""), 0);
	assert_int_equal(text_write(TRACING "/events/mshv_vtl/enable", 0, "1"), 0);
	vp_run_spinning(&vp_run);
	assert_int_equal(vp_run_end_by_signal(&vp_run), -EINTR);
	assert_int_equal(text_write(TRACING "/events/mshv_vtl/enable", 0, "0"), 0);
	assert_true(exits_traced(PENDING_INTERRUPT));
}

static const struct CMUnitTest tests[] = {
	GUEST_TEST(no_cpu_goes_offline_while_vtl0_runs),
	GUEST_TEST(a_signal_ends_the_run_of_a_running_vp),
	GUEST_TEST(a_signal_ends_the_run_of_a_halted_vp),
	GUEST_TEST(a_cancel_ends_the_run_of_a_running_vp),
	GUEST_TEST(a_cancel_ends_the_run_of_a_halted_vp),
	GUEST_TEST(a_kick_alone_ends_no_run),
	GUEST_TEST(a_kick_leaves_out_the_callers_cpu_and_those_not_named),
	GUEST_TEST(a_malformed_kick_is_refused),
	GUEST_TEST(a_readable_poll_file_ends_the_run_of_a_running_vp),
	GUEST_TEST(a_readable_poll_file_ends_the_run_of_a_halted_vp),
	GUEST_TEST(a_poll_file_that_is_readable_already_ends_the_run),
	GUEST_TEST(a_poll_file_that_has_hung_up_ends_the_run),
	GUEST_TEST(a_poll_file_that_has_failed_ends_the_run),
	GUEST_TEST(a_poll_file_that_fails_ends_the_run),
	GUEST_TEST(a_second_poll_file_replaces_the_first),
	GUEST_TEST(a_poll_file_goes_with_its_vtl_file),
	GUEST_TEST(a_poll_file_may_be_closed_before_it_becomes_readable),
	GUEST_TEST(exits_are_traced_with_their_reason),
	LAB_TEST(a_malformed_poll_file_is_refused),
	LAB_TEST(a_poll_file_of_an_offline_cpu_is_refused),
};

GUEST_PROGRAM("vtl0_entry", tests)
