// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The VMM's interface: creates and destroys it, starts and stops its VPs, and posts commands
 * to the guest; see vmm.h.
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "../labhost/labhost_client.h"
#include "internal.h"

#define POLL_US		100

static_assert(offsetof(struct mshv_vtl_run, context) == 272, "as OpenHCL has it");
static_assert(offsetof(struct mshv_tdx_context, gpr) == 240, "as OpenHCL has it");

void complain(const char *format, ...)
{
	char line[512];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	/* The line is written by one call, since the VPs' threads may write at the same time. */
	fprintf(stderr, "paravisor: %s\n", line);
}

static bool driver_serves_timer(int mshv)
{
	uint32_t capability = MSHV_CAP_TSC_DEADLINE_OFFLOAD;

	return ioctl(mshv, MSHV_CHECK_EXTENSION, &capability) > 0;
}

static int driver_open(struct vmm *vm)
{
	int mshv = open("/dev/mshv", O_RDWR | O_CLOEXEC), ret;

	if (mshv < 0) {
		ret = -errno;
		complain("/dev/mshv: %s; is the driver loaded?", strerror(errno));
		return ret;
	}
	vm->config.timer_offload &= driver_serves_timer(mshv);
	ret = ioctl(mshv, MSHV_CREATE_VTL, 0);
	if (ret < 0) {
		ret = -errno;
		complain("no VTL file: %s", strerror(errno));
	}
	close(mshv);
	vm->vtl = ret;
	return ret < 0 ? ret : 0;
}

static int module_check(struct vmm *vm)
{
	int vms = tdx_vms(vm->vtl);

	if (vms > 0)
		return 0;
	if (!vms) {
		complain("the TDX module has no L2 VM for this machine");
		return -EOPNOTSUPP;
	}
	complain("the TDX module does not answer: %s; is there one behind the driver?",
		 strerror(-vms));
	return vms;
}

static void *page_map(struct vmm *vm, unsigned long kind, unsigned int vp)
{
	void *page = mmap(NULL, PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, vm->vtl,
			  MSHV_VTL_PAGE_INDEX(kind, vp) * (off_t)PAGE_SIZE);

	if (page != MAP_FAILED)
		return page;
	complain("VP %u: page of kind %lu: %s", vp, kind, strerror(errno));
	return NULL;
}

static int apic_id_find(unsigned int cpu, unsigned int *id)
{
	int ret = vtlirq_vp_apic_id(cpu, id);

	if (ret)
		complain("VP %u: no APIC id of CPU %u: %s", cpu, cpu, strerror(-ret));
	return ret;
}

static int vp_wake_file(struct vmm *vm, struct vp *vp)
{
	struct mshv_set_poll_file poll = { .cpu = vp->number };
	int ret;

	vp->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	poll.fd = vp->wake;
	if (vp->wake >= 0 && !ioctl(vm->vtl, MSHV_SET_POLL_FILE, &poll))
		return 0;

	ret = -errno;
	complain("VP %u: it cannot be woken by a file: %s", vp->number, strerror(errno));
	return ret;
}

/* After a failure, vp_close() undoes what was done. */
static int vp_open(struct vmm *vm, unsigned int number)
{
	struct vp *vp = &vm->vps[number];
	int ret;

	ret = apic_id_find(number, &vp->apic_id);
	if (ret)
		return ret;

	vp->run = page_map(vm, MSHV_VTL_PAGE_RUN, number);
	vp->apic = page_map(vm, MSHV_VTL_PAGE_VIRTUAL_APIC, number);
	if (!vp->run || !vp->apic)
		return -ENOMEM;
	vp->context = (struct mshv_tdx_context *)vp->run->context;
	/* Removes what another VMM has left. The host may assert only vectors that routes have. */
	memset(vp->run, 0, sizeof(*vp->run));
	memset(vp->run->proxy_irr_blocked, 0xff, sizeof(vp->run->proxy_irr_blocked));
	return vp_wake_file(vm, vp);
}

static void vp_close(struct vp *vp)
{
	if (vp->run) {
		memset(vp->run->proxy_irr_blocked, 0, sizeof(vp->run->proxy_irr_blocked));
		munmap(vp->run, PAGE_SIZE);
	}
	if (vp->apic)
		munmap(vp->apic, PAGE_SIZE);
	if (vp->wake >= 0)
		close(vp->wake);
	sem_destroy(&vp->ready);
	pthread_cond_destroy(&vp->startup_came);
	pthread_mutex_destroy(&vp->startup_lock);
}

static void vps_prepare(struct vmm *vm)
{
	unsigned int i;

	for (i = 0; i < VTL0_VPS_MAX; i++) {
		vm->vps[i].vm = vm;
		vm->vps[i].number = i;
		vm->vps[i].wake = -1;
		vm->vps[i].waits = vm->guest->starts_vps && i;
		sem_init(&vm->vps[i].ready, 0, 0);
		pthread_mutex_init(&vm->vps[i].startup_lock, NULL);
		pthread_cond_init(&vm->vps[i].startup_came, NULL);
	}
}

static int vmm_open(struct vmm *vm)
{
	unsigned int i;
	int ret;

	ret = driver_open(vm);
	if (!ret)
		ret = module_check(vm);
	for (i = 0; !ret && i < vm->config.vps; i++)
		ret = vp_open(vm, i);
	if (!ret)
		ret = interrupts_open(vm);
	if (!ret)
		ret = vm->guest->open(vm);
	return ret;
}

int vmm_create(const struct vmm_config *config, struct vmm **out)
{
	struct vmm *vm;
	int ret;

	if (!config->vps || config->vps > VTL0_VPS_MAX) {
		complain("%u VPs: from 1 to %d are possible", config->vps, VTL0_VPS_MAX);
		return -EINVAL;
	}
	vm = calloc(1, sizeof(*vm));
	if (!vm)
		return -ENOMEM;

	vm->config = *config;
	vm->guest = config->guest ? config->guest : &bare_guest;
	vm->vtl = -1;
	vm->slot = -1;
	vm->host = -1;
	vps_prepare(vm);
	ret = vmm_open(vm);
	if (ret) {
		vmm_destroy(vm);
		return ret;
	}
	*out = vm;
	return 0;
}

void vmm_destroy(struct vmm *vm)
{
	unsigned int i;

	if (!vm)
		return;

	vmm_stop(vm);
	vm->guest->close(vm);
	interrupts_close(vm);
	for (i = 0; i < VTL0_VPS_MAX; i++)
		vp_close(&vm->vps[i]);
	if (vm->vtl >= 0)
		close(vm->vtl);
	free(vm);
}

int vmm_vp_start(struct vmm *vm, unsigned int number)
{
	struct vp *vp = &vm->vps[number];
	int ret;

	vp->stop = false;
	ret = -pthread_create(&vp->thread, NULL, vp_main, vp);
	if (ret) {
		complain("VP %u: no thread: %s", number, strerror(-ret));
		return ret;
	}
	while (sem_wait(&vp->ready) && errno == EINTR)
		;
	if (vp->error) {
		pthread_join(vp->thread, NULL);
		return vp->error;
	}
	vp->started = true;
	return 0;
}

/*
 * Makes a VP leave VTL0, or ends its wait for SIPI. The caller may be on any CPU, and has
 * written before what the VP is to see.
 */
static void vp_wake(struct vp *vp)
{
	const uint64_t one = 1;

	if (write(vp->wake, &one, sizeof(one)) != sizeof(one))
		complain("VP %u cannot be woken: %s", vp->number, strerror(errno));
	pthread_mutex_lock(&vp->startup_lock);
	pthread_cond_signal(&vp->startup_came);
	pthread_mutex_unlock(&vp->startup_lock);
}

void vp_init(struct vp *vp)
{
	pthread_mutex_lock(&vp->startup_lock);
	__atomic_store_n(&vp->waits, true, __ATOMIC_SEQ_CST);
	vp->starts = false;
	pthread_mutex_unlock(&vp->startup_lock);
	vp_wake(vp);
}

void vp_startup(struct vp *vp, unsigned int vector)
{
	pthread_mutex_lock(&vp->startup_lock);
	if (vp->waits && !vp->starts) {
		vp->startup_vector = vector;
		vp->starts = true;
		pthread_cond_signal(&vp->startup_came);
	}
	pthread_mutex_unlock(&vp->startup_lock);
}

void vmm_vp_stop(struct vmm *vm, unsigned int number)
{
	struct vp *vp = &vm->vps[number];

	if (!vp->started)
		return;

	__atomic_store_n(&vp->stop, true, __ATOMIC_SEQ_CST);
	vp_wake(vp);
	pthread_join(vp->thread, NULL);
	vp->started = false;
}

int vmm_start(struct vmm *vm)
{
	unsigned int i;
	int ret;

	for (i = 0; i < vm->config.vps; i++) {
		ret = vmm_vp_start(vm, i);
		if (ret) {
			vmm_stop(vm);
			return ret;
		}
	}
	return 0;
}

/* All VPs are cancelled before the first one is waited for. */
void vmm_stop(struct vmm *vm)
{
	uint64_t mask = 0;
	struct mshv_kick_cpus kick = {
		.len = vm->config.vps,
		.mask = (uintptr_t)&mask,
		.flags = MSHV_KICK_CPUS_CANCEL,
	};
	unsigned int i;

	for (i = 0; i < vm->config.vps; i++) {
		mask |= (uint64_t)vm->vps[i].started << i;
		__atomic_store_n(&vm->vps[i].stop, true, __ATOMIC_SEQ_CST);
	}
	if (mask && ioctl(vm->vtl, MSHV_KICK_CPUS, &kick))
		complain("the VPs cannot be kicked: %s", strerror(errno));
	/*
	 * The kick does not include the VP of the calling CPU, so each VP is also stopped by
	 * itself.
	 */
	for (i = 0; i < vm->config.vps; i++)
		vmm_vp_stop(vm, i);
}

bool vmm_ended(struct vmm *vm, int *status)
{
	if (!__atomic_load_n(&vm->ended, __ATOMIC_ACQUIRE))
		return false;
	if (status)
		*status = __atomic_load_n(&vm->status, __ATOMIC_RELAXED);
	return true;
}

/* The bit is set before scan, and scan before the VP is woken. */
static void bit_set(struct vp *vp, unsigned int vector)
{
	__atomic_fetch_or(&vp->run->proxy_irr[vector / 32], 1u << vector % 32, __ATOMIC_SEQ_CST);
	__atomic_store_n(&vp->run->scan_proxy_irr, 1, __ATOMIC_SEQ_CST);
}

void vmm_assert(struct vmm *vm, unsigned int vp, unsigned int vector)
{
	bit_set(&vm->vps[vp], vector & 0xff);
	vp_wake(&vm->vps[vp]);
}

/* A VP's thread only needs a kick, since the other VP is on another CPU. */
void vp_post(struct vp *sender, unsigned int number, unsigned int vector)
{
	uint64_t mask = 1ULL << number;
	struct mshv_kick_cpus kick = { .len = 64, .mask = (uintptr_t)&mask };

	bit_set(&sender->vm->vps[number], vector);
	if (number == sender->number)
		return;
	sender->stats.kicks++;
	if (ioctl(sender->vm->vtl, MSHV_KICK_CPUS, &kick))
		complain("VP %u cannot be kicked: %s", number, strerror(errno));
}

void vmm_command_post(struct vmm *vm, unsigned int vp, enum vtl0_command command,
		      const uint64_t *arguments)
{
	volatile struct vtl0_report *report = vmm_report(vm, vp);
	unsigned int i;

	for (i = 0; i < VTL0_ARGUMENTS; i++)
		report->arguments[i] = arguments ? arguments[i] : 0;
	report->command = command;
	__atomic_store_n(&report->sequence, report->sequence + 1, __ATOMIC_RELEASE);
	vmm_assert(vm, vp, VTL0_VECTOR_COMMAND);
}

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000ULL + now.tv_nsec / 1000000;
}

int vmm_command_wait(struct vmm *vm, unsigned int vp, unsigned int ms, uint64_t *result)
{
	const struct timespec pause = { .tv_nsec = POLL_US * 1000 };
	volatile struct vtl0_report *report = vmm_report(vm, vp);
	uint64_t deadline = now_ms() + ms;

	while (__atomic_load_n(&report->done, __ATOMIC_ACQUIRE) != report->sequence) {
		if (vmm_ended(vm, NULL))
			return -ECANCELED;
		if (now_ms() >= deadline) {
			complain("VP %u does not finish command %u", vp, report->command);
			return -ETIMEDOUT;
		}
		nanosleep(&pause, NULL);
	}
	if (result)
		*result = report->result;
	return 0;
}

int vmm_command(struct vmm *vm, unsigned int vp, enum vtl0_command command,
		const uint64_t *arguments, unsigned int ms, uint64_t *result)
{
	vmm_command_post(vm, vp, command, arguments);
	return vmm_command_wait(vm, vp, ms, result);
}

volatile struct vtl0_report *vmm_report(struct vmm *vm, unsigned int vp)
{
	return (volatile struct vtl0_report *)(vm->memory + VTL0_REPORTS_OFFSET +
					       vp * VTL0_PAGE_SIZE);
}

struct mshv_vtl_run *vmm_run_page(struct vmm *vm, unsigned int vp)
{
	return vm->vps[vp].run;
}

int vmm_file(struct vmm *vm)
{
	return vm->vtl;
}

int vmm_host(struct vmm *vm)
{
	return vm->host;
}

void vmm_stats(struct vmm *vm, unsigned int vp, struct vmm_stats *stats)
{
	*stats = vm->vps[vp].stats;
}
