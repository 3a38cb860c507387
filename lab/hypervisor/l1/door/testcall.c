// SPDX-License-Identifier: GPL-2.0-only
/*
 * A test's TDCALL, which leaves the kernel as it was. It shows what a driver has to do, in the
 * simplest form.
 *
 * Owns: saving and restoring the state that a TDX module does not switch, and the interrupts that
 * a test requests. Must not know: what a call does.
 */
#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/cpumask.h>
#include <linux/errno.h>
#include <linux/hrtimer.h>
#include <linux/irq_work.h>
#include <linux/irqflags.h>
#include <linux/percpu.h>
#include <linux/smp.h>
#include <linux/workqueue.h>
#include <asm/apic.h>
#include <asm/cpufeature.h>
#include <asm/fpu/api.h>
#include <asm/msr-index.h>
#include <asm/special_insns.h>

#include "base/cpu.h"
#include "door.h"

#define FIRST_LEGAL_VECTOR 16

/**
 * struct probe - the test interrupts of one CPU
 * @work:  one that is pending immediately
 * @timer: one that comes later
 * @count: how many were handled
 */
struct probe {
	struct irq_work work;
	struct hrtimer timer;
	u32 count;
};

static DEFINE_PER_CPU(struct probe, probes);

/* In the order of tdcall.S. */
static_assert(sizeof(struct lab_tdx_regs) == 0x78);
static_assert(offsetof(struct lab_tdx_regs, rbp) == 0x20);
static_assert(offsetof(struct lab_tdx_regs, rdi) == 0x30);
static_assert(offsetof(struct lab_tdx_regs, r8) == 0x38);

static void probe_worked(struct irq_work *work)
{
	container_of(work, struct probe, work)->count++;
}

static enum hrtimer_restart probe_came(struct hrtimer *timer)
{
	container_of(timer, struct probe, timer)->count++;
	return HRTIMER_NORESTART;
}

static void probe_start(struct probe *probe, const struct lab_tdx_call *call)
{
	probe->count = 0;
	if (call->flags & LAB_TDX_CALL_TIMER)
		hrtimer_start(&probe->timer, ns_to_ktime((u64)call->usecs * NSEC_PER_USEC),
			      HRTIMER_MODE_REL_PINNED_HARD);
	if (!(call->flags & LAB_TDX_CALL_PENDING))
		return;
	if (call->vector)
		apic->send_IPI_self(call->vector);
	else
		irq_work_queue(&probe->work);
}

static void unswitched_read(struct lab_tdx_unswitched *state)
{
	state->cr2 = cpu_read_cr2();
	asm volatile("mov %%dr0, %0" : "=r" (state->dr[0]));
	asm volatile("mov %%dr1, %0" : "=r" (state->dr[1]));
	asm volatile("mov %%dr2, %0" : "=r" (state->dr[2]));
	asm volatile("mov %%dr3, %0" : "=r" (state->dr[3]));
	state->dr6 = cpu_read_dr6();
	state->kernel_gs_base = cpu_rdmsr(MSR_KERNEL_GS_BASE);
	state->star = cpu_rdmsr(MSR_STAR);
	state->lstar = cpu_rdmsr(MSR_LSTAR);
	state->cstar = cpu_rdmsr(MSR_CSTAR);
	state->sfmask = cpu_rdmsr(MSR_SYSCALL_MASK);
	state->tsc_aux = cpu_rdmsr(MSR_TSC_AUX);
	asm volatile("movdqu %%xmm0, %0" : "=m" (state->xmm0));
}

static void unswitched_write(const struct lab_tdx_unswitched *state)
{
	cpu_write_cr2(state->cr2);
	asm volatile("mov %0, %%dr0" : : "r" (state->dr[0]));
	asm volatile("mov %0, %%dr1" : : "r" (state->dr[1]));
	asm volatile("mov %0, %%dr2" : : "r" (state->dr[2]));
	asm volatile("mov %0, %%dr3" : : "r" (state->dr[3]));
	cpu_write_dr6(state->dr6);
	cpu_wrmsr(MSR_KERNEL_GS_BASE, state->kernel_gs_base);
	cpu_wrmsr(MSR_STAR, state->star);
	cpu_wrmsr(MSR_LSTAR, state->lstar);
	cpu_wrmsr(MSR_CSTAR, state->cstar);
	cpu_wrmsr(MSR_SYSCALL_MASK, state->sfmask);
	cpu_wrmsr(MSR_TSC_AUX, state->tsc_aux);
	asm volatile("movdqu %0, %%xmm0" : : "m" (state->xmm0));
}

/* PKRU is shared too, but no test uses it. */
static u32 pkru_read(void)
{
	return boot_cpu_has(X86_FEATURE_OSPKE) ? rdpkru() : 0;
}

static void pkru_restore(u32 pkru)
{
	if (boot_cpu_has(X86_FEATURE_OSPKE))
		wrpkru(pkru);
}

/* Between the first and the last statement, L2's state may be in the CPU. */
static void call_guarded(struct lab_tdx_call *call)
{
	struct lab_tdx_unswitched own;
	u32 pkru = pkru_read();

	unswitched_read(&own);
	if (call->flags & LAB_TDX_CALL_LOAD)
		unswitched_write(&call->unswitched);
	door_tdcall(&call->regs);
	unswitched_read(&call->unswitched);
	pkru_restore(pkru);
	unswitched_write(&own);
}

static void call_here(struct lab_tdx_call *call)
{
	struct probe *probe = this_cpu_ptr(&probes);
	unsigned long flags;

	kernel_fpu_begin();
	local_irq_save(flags);
	probe_start(probe, call);
	call_guarded(call);
	call->before = probe->count;
	local_irq_restore(flags);
	call->after = probe->count - call->before;
	kernel_fpu_end();
}

static long call_in_worker(void *argument)
{
	struct lab_tdx_call *call = argument;
	struct probe *probe;

	preempt_disable();
	probe = this_cpu_ptr(&probes);
	init_irq_work(&probe->work, probe_worked);
	hrtimer_setup(&probe->timer, probe_came, CLOCK_MONOTONIC, HRTIMER_MODE_REL_PINNED_HARD);
	call_here(call);
	preempt_enable();

	/* Both must be finished before the next call prepares them again. */
	hrtimer_cancel(&probe->timer);
	irq_work_sync(&probe->work);
	return 0;
}

/**
 * testcall() - carry out a test's TDCALL
 * @call: in and out
 *
 * Context: may sleep. One at a time on each CPU.
 * Return: 0; -EINVAL: an invalid argument; -ENXIO: no such CPU online.
 */
int testcall(struct lab_tdx_call *call)
{
	u32 known = LAB_TDX_CALL_LOAD | LAB_TDX_CALL_PENDING | LAB_TDX_CALL_TIMER;

	if ((call->flags & ~known) || call->vector > U8_MAX ||
	    (call->vector && call->vector < FIRST_LEGAL_VECTOR))
		return -EINVAL;
	if (call->cpu == LAB_TDX_CPU_HERE)
		call->cpu = raw_smp_processor_id();
	if (call->cpu >= nr_cpu_ids || !cpu_online(call->cpu))
		return -ENXIO;
	return work_on_cpu(call->cpu, call_in_worker, call);
}
