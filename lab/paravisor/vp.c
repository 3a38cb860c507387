// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The thread of a VP: enters VTL0 and serves its exits until it is told to stop.
 *
 * Owns: the order in which the run page's members are read and written around
 * the ioctl. Does not know why VTL0 exits.
 */
#include <errno.h>
#include <inttypes.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/rseq.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "internal.h"

#define APIC_IRR_WORD	(0x200 / 4)
/* Banks of 32 bits lie 16 bytes apart. */
#define APIC_BANK_WORDS	4

static uint8_t irr_highest(const struct vp *vp)
{
	unsigned int bank;
	uint32_t bits;

	for (bank = MSHV_VTL_PROXY_BANKS; bank-- > 0;) {
		bits = vp->apic[APIC_IRR_WORD + bank * APIC_BANK_WORDS];
		if (bits)
			return bank * 32 + 31 - __builtin_clz(bits);
	}
	return 0;
}

/*
 * The vectors of IPIs, and those that this program asserts itself, have no route. Where a route has
 * ended, its last interrupts may still be among those that are taken now.
 */
static uint32_t routed(struct vp *vp, unsigned int bank)
{
	uint32_t routed = __atomic_load_n(&vp->routed[bank], __ATOMIC_SEQ_CST);

	return routed | __atomic_exchange_n(&vp->unrouted[bank], 0, __ATOMIC_SEQ_CST);
}

/* Moves proxy interrupts into the virtual APIC, where the kernel does not do that. */
static void interrupts_take(struct vp *vp)
{
	struct mshv_vtl_run *run = vp->run;
	uint32_t bits, *irr;
	unsigned int bank;

	if (!__atomic_load_n(&run->scan_proxy_irr, __ATOMIC_ACQUIRE))
		return;

	/* The flag is cleared before the bits are taken: a bit that is set later sets it again. */
	__atomic_exchange_n(&run->scan_proxy_irr, 0, __ATOMIC_SEQ_CST);
	for (bank = 0; bank < MSHV_VTL_PROXY_BANKS; bank++) {
		bits = __atomic_exchange_n(&run->proxy_irr[bank], 0, __ATOMIC_SEQ_CST);
		irr = &vp->apic[APIC_IRR_WORD + bank * APIC_BANK_WORDS];
		/*
		 * VTL0 handles each of these together with a pending interrupt of the same vector.
		 */
		vp->stats.merged += __builtin_popcount(*irr & bits & routed(vp, bank));
		*irr |= bits;
		vp->stats.taken += __builtin_popcount(bits);
	}
	vp->context->gpr.rvi = irr_highest(vp);
}

void vp_halt(struct vp *vp, uint8_t halt)
{
	vp->run->flags |= MSHV_VTL_RUN_HALTED;
	vp->run->offload_flags |= halt;
}

void vp_unhalt(struct vp *vp)
{
	vp->run->flags &= ~MSHV_VTL_RUN_HALTED;
	vp->run->offload_flags &= ~(MSHV_VTL_OFFLOAD_HALT_HLT | MSHV_VTL_OFFLOAD_HALT_IDLE);
}

/*
 * A pending interrupt ends a halt, even if it came before HLT, in the shadow of an STI, and
 * whatever its priority is: a guest halts in a loop.
 */
static void halt_end(struct vp *vp)
{
	if (vp->context->gpr.rvi)
		vp_unhalt(vp);
}

/* The VMM must see that an event was taken, so the kernel may not enter VTL0 again by itself. */
static void offload_choose(struct vp *vp)
{
	const uint8_t ours = MSHV_VTL_OFFLOAD_INTR_INJECT | MSHV_VTL_OFFLOAD_X2APIC;
	uint8_t flags = vp->vm->config.offload_flags;

	if (vp->event)
		flags &= ~MSHV_VTL_OFFLOAD_INTR_INJECT;
	vp->run->offload_flags = (vp->run->offload_flags & ~ours) | flags;
}

/* Enters VTL0 once. False: the VP cannot go on. */
static bool vp_run_once(struct vp *vp)
{
	bool kernel_injects;

	offload_choose(vp);
	kernel_injects = vp->run->offload_flags & MSHV_VTL_OFFLOAD_INTR_INJECT;
	if (!kernel_injects) {
		interrupts_take(vp);
		halt_end(vp);
	}

	if (!ioctl(vp->vm->vtl, MSHV_RETURN_TO_LOWER_VTL)) {
		vp->stats.returns++;
		return exit_serve(vp);
	}
	vp->stats.returns++;
	if (errno == EINTR) {
		vp->stats.cancels++;
		interrupts_take(vp);
		return true;
	}
	complain("VP %u cannot enter VTL0: %s, status %#" PRIx64, vp->number, strerror(errno),
		 (uint64_t)vp->context->exit.rax);
	return false;
}

static int cpu_bind(unsigned int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	return sched_setaffinity(0, sizeof(set), &set) ? -errno : 0;
}

/*
 * The C library shares a page of restartable sequences with the kernel, for
 * each thread, which makes each preemption a return to user space. A VP's thread does not
 * need it; OpenHCL's C library does not register one.
 */
static void rseq_leave(void)
{
	void *rseq = (char *)__builtin_thread_pointer() + __rseq_offset;

	/* This fails if the library has not registered one, and then there is no need. */
	if (__rseq_size)
		syscall(SYS_rseq, rseq, sizeof(struct rseq), RSEQ_FLAG_UNREGISTER, RSEQ_SIG);
}

static int vp_begin(struct vp *vp)
{
	int ret = cpu_bind(vp->number);

	if (ret) {
		complain("VP %u: no thread on CPU %u: %s", vp->number, vp->number, strerror(-ret));
		return ret;
	}
	rseq_leave();
	if (vp->set_up || vp->waits)
		return 0;

	ret = vp->vm->guest->vcpu_setup(vp);
	vp->set_up = !ret;
	return ret;
}

static bool vp_is_to_stop(const struct vp *vp)
{
	return __atomic_load_n(&vp->stop, __ATOMIC_SEQ_CST);
}

/*
 * INIT came, or the guest has not started this VP yet: its state is gone. Return: false if
 * it cannot be set up; true also when it is to stop.
 */
static bool vp_wait_startup(struct vp *vp)
{
	pthread_mutex_lock(&vp->startup_lock);
	while (!vp->starts && !vp_is_to_stop(vp))
		pthread_cond_wait(&vp->startup_came, &vp->startup_lock);
	/* SIPI may have come before this thread saw INIT: the VP is set up only here. */
	if (vp->starts)
		__atomic_store_n(&vp->waits, false, __ATOMIC_SEQ_CST);
	vp->starts = false;
	pthread_mutex_unlock(&vp->startup_lock);
	if (vp_is_to_stop(vp))
		return true;
	vp->event = false;
	vp->set_up = !vp->vm->guest->vcpu_setup(vp);
	return vp->set_up;
}

void *vp_main(void *argument)
{
	struct vp *vp = argument;
	bool good;

	vp->error = vp_begin(vp);
	good = !vp->error;
	sem_post(&vp->ready);

	while (good) {
		/* Cleared before the reasons are checked: a later reason sets it again. */
		__atomic_store_n(&vp->run->cancel, 0, __ATOMIC_SEQ_CST);
		if (vp_is_to_stop(vp))
			break;
		if (__atomic_load_n(&vp->waits, __ATOMIC_SEQ_CST))
			good = vp_wait_startup(vp);
		else
			good = vp_run_once(vp);
	}
	/* A guest that has lost a VP ends, unless it has ended by itself. */
	if (!good && !vp->error)
		vm_end(vp->vm, 255);
	return NULL;
}

void vm_end(struct vmm *vm, int status)
{
	if (vmm_ended(vm, NULL))
		return;
	__atomic_store_n(&vm->status, status, __ATOMIC_RELAXED);
	__atomic_store_n(&vm->ended, true, __ATOMIC_RELEASE);
}
