// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Functions that the tests of VTL0 share; see vtl0.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/mshv_vtl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/rseq.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include <x86intrin.h>

#include "vtl0.h"

#define PAYLOAD		"/lib/vtlirq/guest.bin"
#define GUESTS_VPS	4
/* The leaf TDG.VP.RD. */
#define VP_RD		9

struct guest guest;

/* The fixture ends the runs that a failed test left behind. */
static struct vp_run *vp_runs[4];

static void console_drop(void *context, unsigned int vp, const char *line)
{
}

static int mode_set(struct vmm *vm, unsigned int vp, enum vtl0_mode mode)
{
	const uint64_t arguments[VTL0_ARGUMENTS] = { mode };

	return vmm_command(vm, vp, VTL0_COMMAND_MODE, arguments, PATIENCE_MS, NULL);
}

int guest_create(struct vmm **vm, unsigned int vps)
{
	const struct vmm_config config = {
		.vps = vps,
		.payload = PAYLOAD,
		.offload_flags = VMM_OFFLOAD_DEFAULT,
		.console = console_drop,
	};
	unsigned int vp;
	int ret;

	ret = vmm_create(&config, vm);
	if (ret)
		return ret;
	ret = vmm_start(*vm);
	for (vp = 0; !ret && vp < vps; vp++)
		ret = mode_set(*vm, vp, VTL0_MODE_HALT);
	if (ret) {
		vmm_destroy(*vm);
		*vm = NULL;
	}
	return ret;
}

bool guest_is_possible(void)
{
	uint32_t capability = MSHV_CAP_LOWER_VTL_TIMER_VIRT;
	int mshv = open("/dev/mshv", O_RDWR | O_CLOEXEC);
	bool refused = ioctl(mshv, MSHV_CHECK_EXTENSION, &capability) < 0 && errno == EOPNOTSUPP;

	close(mshv);
	return !refused;
}

int guest_skip(void)
{
	printf("1..1\nok 1 # SKIP VTL0 cannot be entered on this machine\n");
	return 0;
}

int guest_setup(void **state)
{
	int ret = lab_setup(state);

	if (ret)
		return ret;
	guest.vps = lab.cpus < GUESTS_VPS ? lab.cpus : GUESTS_VPS;
	guest.vp = guest.vps > 1 ? 1 : 0;
	cpu_pin(0);
	return guest_create(&guest.vm, guest.vps);
}

int guest_teardown(void **state)
{
	size_t i;

	guest_alarm(0);
	for (i = 0; i < ARRAY_SIZE(vp_runs); i++) {
		if (vp_runs[i])
			vp_run_end_by_signal(vp_runs[i]);
	}
	vmm_destroy(guest.vm);
	memset(&guest, 0, sizeof(guest));
	return lab_teardown(state);
}

uint64_t guest_command(unsigned int vp, enum vtl0_command command, uint64_t first, uint64_t second,
		       uint64_t third)
{
	const uint64_t arguments[VTL0_ARGUMENTS] = { first, second, third };
	uint64_t result = 0;
	int ret;

	ret = vmm_command(guest.vm, vp, command, arguments, PATIENCE_MS, &result);
	check(!ret, "command %u of VP %u: %s", command, vp, strerror(-ret));
	return result;
}

void guest_mode(unsigned int vp, enum vtl0_mode mode)
{
	guest_command(vp, VTL0_COMMAND_MODE, mode, 0, 0);
}

uint64_t guest_count(unsigned int vp, unsigned int vector)
{
	return vmm_report(guest.vm, vp)->counts[vector];
}

void guest_count_wait(unsigned int vp, unsigned int vector, uint64_t count)
{
	uint64_t deadline = now_ms() + PATIENCE_MS;

	while (guest_count(vp, vector) < count) {
		check(!vmm_ended(guest.vm, NULL), "the guest has ended");
		check(now_ms() < deadline,
		      "VP %u, vector %#x: %lu handled, not %lu", vp, vector,
		      (unsigned long)guest_count(vp, vector), (unsigned long)count);
		pause_briefly();
	}
	assert_int_equal(guest_count(vp, vector), count);
}

void guest_spinning_wait(unsigned int vp)
{
	volatile struct vtl0_report *report = vmm_report(guest.vm, vp);
	uint64_t spins = report->spins;

	wait_until(report->spins >= spins + 2, "VP %u does not spin", vp);
}

struct mshv_tdx_context *guest_context(void)
{
	return (struct mshv_tdx_context *)lab.run[guest.vp]->context;
}

static void alarm_came(int number)
{
}

/* The alarm goes to this thread only, which may be another than the first of the process. */
static timer_t alarm_begin(unsigned int ms)
{
	const struct timespec span = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L };
	/* The signal is repeated, because one that arrives before the ioctl is lost. */
	const struct itimerspec often = { .it_value = span, .it_interval = span };
	/* SA_RESTART is not set, so that the ioctl returns. */
	const struct sigaction action = { .sa_handler = alarm_came };
	struct sigevent event = {
		.sigev_notify = SIGEV_THREAD_ID,
		.sigev_signo = SIGALRM,
	};
	timer_t timer;

	event._sigev_un._tid = syscall(SYS_gettid);
	sigaction(SIGALRM, &action, NULL);
	check(!timer_create(CLOCK_MONOTONIC, &event, &timer), "timer: %s", strerror(errno));
	timer_settime(timer, 0, &often, NULL);
	return timer;
}

void guest_alarm(unsigned int ms)
{
	static timer_t timer;
	static bool on;

	if (on)
		timer_delete(timer);
	on = ms;
	if (on)
		timer = alarm_begin(ms);
}

uint64_t ticks_per_ms(void)
{
	static uint64_t ticks;
	uint64_t begin, tsc;

	if (!ticks) {
		begin = now_ms();
		tsc = __rdtsc();
		sleep_ms(50);
		ticks = (__rdtsc() - tsc) / (now_ms() - begin);
	}
	return ticks;
}

int guest_enter(unsigned int ms)
{
	timer_t timer = alarm_begin(ms);
	int ret;

	__atomic_store_n(&lab.run[guest.vp]->cancel, 0, __ATOMIC_SEQ_CST);
	ret = ioctl(vmm_file(guest.vm), MSHV_RETURN_TO_LOWER_VTL) ? -errno : 0;
	timer_delete(timer);
	return ret;
}

int guest_enter_until_it_ends(void)
{
	uint64_t end = now_ms() + PATIENCE_MS;
	int ret;

	do {
		ret = guest_enter(PATIENCE_MS);
	} while (ret == -EINTR && now_ms() < end);
	return ret;
}

uint64_t guest_visit(enum vtl0_command command, uint64_t first, uint64_t second)
{
	const uint64_t arguments[VTL0_ARGUMENTS] = { first, second };
	volatile struct vtl0_report *report = vmm_report(guest.vm, guest.vp);
	uint64_t deadline = now_ms() + PATIENCE_MS;
	int ret;

	vmm_command_post(guest.vm, guest.vp, command, arguments);
	do {
		ret = guest_enter(2);
		check(!ret || ret == -EINTR, "a run: %s", strerror(-ret));
		check(report->state != VTL0_STATE_CRASHED, "exception %lu in VTL0",
		      (unsigned long)report->crash[0]);
		check(now_ms() < deadline, "command %u is not done", command);
	} while (report->done != report->sequence);
	return report->result;
}

void guest_field_set(uint64_t field, uint64_t bits, uint64_t mask)
{
	int64_t status;

	cpu_pin(guest.vp);
	status = tdx_vp_write(vmm_file(guest.vm), field, bits, mask);
	cpu_pin(0);
	check(!status, "field %#lx: %#lx", (unsigned long)field, (unsigned long)status);
}

static int module_open(void)
{
	return must_open(LAB_TDX_NODE, O_RDWR);
}

void guest_hook(struct lab_tdx_hook hook)
{
	int node = module_open();

	hook.cpu = guest.vp;
	check(!ioctl(node, LAB_TDX_HOOK, &hook), "hook: %s", strerror(errno));
	close(node);
}

void guest_module_call(struct lab_tdx_call *call)
{
	int node = module_open();

	call->cpu = guest.vp;
	check(!ioctl(node, LAB_TDX_CALL, call), "TDCALL: %s", strerror(errno));
	close(node);
}

uint64_t guest_module_deadline(unsigned int vm)
{
	struct lab_tdx_call call = {
		.regs = { .rax = VP_RD, .rdx = TDX_TSC_DEADLINE(vm) },
	};

	guest_module_call(&call);
	assert_int_equal(call.regs.rax, 0);
	return call.regs.r8;
}

/* Uses VP.INFO, a call that does not change these registers. */
struct lab_tdx_unswitched guest_vtl2_registers(void)
{
	struct lab_tdx_call call = { .regs.rax = 1 };

	guest_module_call(&call);
	return call.unswitched;
}

struct lab_tdx_stats guest_module_stats(void)
{
	struct lab_tdx_get_stats get = { .cpu = guest.vp };
	int node = module_open();

	check(!ioctl(node, LAB_TDX_GET_STATS, &get), "counts: %s", strerror(errno));
	close(node);
	return get.stats;
}

static bool is_halted(unsigned int vp)
{
	return __atomic_load_n(&lab.run[vp]->flags, __ATOMIC_RELAXED) & MSHV_VTL_RUN_HALTED;
}

void guest_halted_wait(unsigned int vp)
{
	wait_until(is_halted(vp), "VP %u does not halt", vp);
}

void guest_sleep_wait(unsigned int vp, unsigned long halts)
{
	wait_until(vps_column(vp, "halts") != halts, "VP %u does not sleep", vp);
}

static const struct labhost_source *edu_find(unsigned int number)
{
	size_t i;

	for (i = 0; i < lab.count; i++) {
		if (lab.sources[i].kind == LAB_HOST_KIND_EDU && !number--)
			return &lab.sources[i];
	}
	fail_msg("the VM has too few edu devices");
	return NULL;
}

unsigned int guest_edu_route(unsigned int number, unsigned int vp, unsigned int vector)
{
	const struct labhost_source *edu = edu_find(number);
	int device, route;

	device = vmm_device_add(guest.vm, edu->device);
	check(device >= 0, "edu %u: %s", number, strerror(-device));
	route = vmm_route_add(guest.vm, device, edu->source, vp, vector);
	check(route >= 0, "edu %u, vector %#x: %s", number, vector, strerror(-route));
	return route;
}

void guest_raise(unsigned int route)
{
	assert_int_equal(vmm_route_raise(guest.vm, route, 1, NULL), 0);
}

void guest_raise_paced(unsigned int route, unsigned int vp, unsigned int vector,
		       unsigned int count)
{
	uint64_t handled = guest_count(vp, vector);

	while (count--) {
		guest_raise(route);
		guest_count_wait(vp, vector, ++handled);
	}
}

unsigned long vps_column(unsigned int cpu, const char *name)
{
	return debugfs_column("vps", cpu, name);
}

static __thread volatile sig_atomic_t signalled;

static void signal_note(int number)
{
	signalled = 1;
}

/* With restartable sequences, a preemption returns to user space: unregister them. */
static void rseq_leave(void)
{
	void *rseq = (char *)__builtin_thread_pointer() + __rseq_offset;

	if (__rseq_size)
		syscall(SYS_rseq, rseq, sizeof(struct rseq), RSEQ_FLAG_UNREGISTER, RSEQ_SIG);
}

/* Returns whether there is an interrupt that the kernel leaves to the VMM. */
static bool interrupt_is_the_vmms(const struct mshv_vtl_run *run)
{
	unsigned int bank;
	uint32_t exits = 0;

	if (!(run->offload_flags & MSHV_VTL_OFFLOAD_INTR_INJECT))
		return __atomic_load_n(&run->scan_proxy_irr, __ATOMIC_SEQ_CST);
	for (bank = 0; bank < MSHV_VTL_PROXY_BANKS; bank++)
		exits |= __atomic_load_n(&run->proxy_irr[bank], __ATOMIC_SEQ_CST) &
			 run->proxy_irr_exit[bank];
	return exits;
}

/*
 * Returns whether the kernel ended the ioctl for a reason of its own, for example for deferred
 * work. From 6.4 on that happens at most ten times a second.
 */
static bool vp_run_is_to_go_on(const struct vp_run *vp_run, unsigned int again, uint64_t begin)
{
	const struct mshv_vtl_run *run = lab.run[vp_run->cpu];

	return vp_run->result == -EINTR && !signalled &&
	       !__atomic_load_n(&run->cancel, __ATOMIC_SEQ_CST) &&
	       !interrupt_is_the_vmms(run) &&
	       again < 3 + (now_ms() - begin) / 50;
}

static void *vp_run_run(void *arg)
{
	uint64_t begin = now_ms();
	struct vp_run *vp_run = arg;
	unsigned int again = 0;
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(vp_run->cpu, &set);
	vp_run->result = -ECANCELED;
	if (sched_setaffinity(0, sizeof(set), &set))
		return NULL;
	rseq_leave();
	__atomic_store_n(&vp_run->tid, syscall(SYS_gettid), __ATOMIC_SEQ_CST);
	do {
		vp_run->result = ioctl(vp_run->vtl, MSHV_RETURN_TO_LOWER_VTL) ? -errno : 0;
	} while (vp_run_is_to_go_on(vp_run, again++, begin));
	return NULL;
}

static void vp_run_remember(struct vp_run *vp_run, struct vp_run *instead)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(vp_runs); i++) {
		if (vp_runs[i] != vp_run)
			continue;
		vp_runs[i] = instead;
		return;
	}
}

void vp_run_begin_as_it_is(struct vp_run *vp_run)
{
	/* SA_RESTART is not set, so that the ioctl returns. */
	const struct sigaction action = { .sa_handler = signal_note };

	sigaction(SIGUSR1, &action, NULL);
	vp_run->vtl = vmm_file(guest.vm);
	vp_run->tid = 0;
	assert_int_equal(pthread_create(&vp_run->thread, NULL, vp_run_run, vp_run), 0);
	vp_run->used = true;
	vp_run_remember(NULL, vp_run);
	while (!__atomic_load_n(&vp_run->tid, __ATOMIC_SEQ_CST))
		pause_briefly();
}

void vp_run_begin(struct vp_run *vp_run)
{
	vp_run->cpu = guest.vp;
	/* The VMM clears this flag while it has an event to inject. */
	__atomic_fetch_or(&lab.run[guest.vp]->offload_flags, MSHV_VTL_OFFLOAD_INTR_INJECT,
			  __ATOMIC_RELAXED);
	__atomic_store_n(&lab.run[guest.vp]->cancel, 0, __ATOMIC_SEQ_CST);
	vp_run_begin_as_it_is(vp_run);
}

static bool vp_run_join(struct vp_run *vp_run, unsigned int ms)
{
	struct timespec end;

	clock_gettime(CLOCK_REALTIME, &end);
	end.tv_sec += ms / 1000;
	end.tv_nsec += ms % 1000 * 1000000L;
	if (end.tv_nsec >= 1000000000) {
		end.tv_sec++;
		end.tv_nsec -= 1000000000;
	}
	if (pthread_timedjoin_np(vp_run->thread, NULL, &end))
		return false;
	vp_run->used = false;
	vp_run_remember(vp_run, NULL);
	return true;
}

bool vp_run_lasts(struct vp_run *vp_run)
{
	return !vp_run_join(vp_run, NOTHING_MS);
}

int vp_run_end(struct vp_run *vp_run)
{
	check(vp_run->used && vp_run_join(vp_run, PATIENCE_MS), "VTL0 is not left");
	return vp_run->result;
}

int vp_run_end_by_signal(struct vp_run *vp_run)
{
	unsigned int tries;

	/* A signal that arrives before the ioctl is lost, so it is sent again. */
	for (tries = 0; vp_run->used && tries < 100; tries++) {
		pthread_kill(vp_run->thread, SIGUSR1);
		vp_run_join(vp_run, 200);
	}
	return vp_run->used ? -ETIMEDOUT : vp_run->result;
}

void vp_run_spinning(struct vp_run *vp_run)
{
	guest_mode(guest.vp, VTL0_MODE_SPIN);
	vmm_vp_stop(guest.vm, guest.vp);
	vp_run_begin(vp_run);
	guest_spinning_wait(guest.vp);
}

void vp_run_halted(struct vp_run *vp_run)
{
	unsigned long halts;

	guest_mode(guest.vp, VTL0_MODE_HALT);
	guest_halted_wait(guest.vp);
	vmm_vp_stop(guest.vm, guest.vp);
	halts = vps_column(guest.vp, "halts");
	vp_run_begin(vp_run);
	guest_sleep_wait(guest.vp, halts);
}
