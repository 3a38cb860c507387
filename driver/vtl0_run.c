// SPDX-License-Identifier: GPL-2.0-only
/*
 * The loop that runs VTL0 on a VP, and decides what returns to the VMM.
 *
 * Owns: the order of an iteration, halt, cancel, and which task runs a VP. Knows
 * nothing of how VTL0 is entered (platform.h) or who asserts a vector (run_page.h).
 *
 * An iteration, with interrupts off from the start of the first step to the end of the
 * third, so that no interrupt that arrives in between is lost:
 *
 *   1. check for a reason not to enter VTL0: work of the kernel for this task, cancel
 *   2. pull the asserted bits, and give them to the platform
 *   3. enter VTL0, or see that it is halted
 *   4. enable interrupts: the one that ended VTL0's run is handled here, and may assert
 *      a vector
 *   5. handle the exit, or return to the VMM with it
 *
 * A session is a series of iterations in which preemption is off and VTL0's registers
 * stay loaded, so that an interrupt costs one iteration and not a whole session. Work of
 * the kernel, a halt and an exit for the VMM end the session.
 */
#include <linux/context_tracking.h>
#include <linux/cpumask.h>
#include <linux/hrtimer.h>
#include <linux/irqflags.h>
#include <linux/jiffies.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/rcuwait.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/thread_info.h>
#include <linux/uaccess.h>
#include <linux/vtime.h>

#include <asm/local.h>

#include "compat.h"
#include "platform.h"
#include "redirect.h"
#include "run_page.h"
#include "synic.h"
#include "trace.h"
#include "vtl0_run.h"

/*
 * The state of one VP. @owner is taken with cmpxchg; all other members are written only
 * by the owner, on the VP's CPU.
 */
struct vtl0_vp {
	struct task_struct *owner;
	unsigned long rcu_told;
	u32 bits[MSHV_VTL_PROXY_BANKS];
	local_t handled;
	local_t halts;
	local_t user_returns;
};

static DEFINE_PER_CPU(struct vtl0_vp, vtl0_vps);

/* What follows an iteration. A negative value is an errno for the VMM. */
enum next {
	NEXT_USER = 0,
	NEXT_ITERATION,
	NEXT_WORK,
	NEXT_HALT,
};

static bool is_offloaded(const struct mshv_vtl_run *run, u8 flag)
{
	return READ_ONCE(run->offload_flags) & flag;
}

/* An interrupt is pending in VTL0: it ends the halts that an interrupt may end. */
static void halt_clear(struct mshv_vtl_run *run)
{
	run->offload_flags &= ~(MSHV_VTL_OFFLOAD_HALT_HLT |
				MSHV_VTL_OFFLOAD_HALT_IDLE);
	if (!is_offloaded(run, MSHV_VTL_OFFLOAD_HALT_OTHER))
		run->flags &= ~MSHV_VTL_RUN_HALTED;
}

static void halt_set(struct mshv_vtl_run *run, int exit)
{
	run->flags |= MSHV_VTL_RUN_HALTED;
	run->offload_flags |= exit == VTL_EXIT_HLT ? MSHV_VTL_OFFLOAD_HALT_HLT :
						     MSHV_VTL_OFFLOAD_HALT_IDLE;
}

static bool is_device_vector(unsigned int vector)
{
	return vtl_redirect_owns(vector) || vtl_synic_has_arrived(vector);
}

/*
 * Counts vectors that were already pending in VTL0 when they were injected. IPIs of VTL0
 * and vectors that the VMM asserts were not counted as relayed, so they are not counted
 * here: no device uses their vectors at that time.
 */
static noinline void merged_count(const u32 *bits, unsigned int banks)
{
	unsigned long left;
	unsigned int bank, bit, count = 0;

	for (; banks; banks &= banks - 1) {
		bank = __ffs(banks);
		left = bits[bank];
		for_each_set_bit(bit, &left, 32)
			count += is_device_vector(bank * 32 + bit);
	}
	this_cpu_add(vtl_vp_merged, count);
}

/*
 * Step 2. A halt ends when an interrupt is pending in VTL0's interrupt controller, even
 * if VTL0 has interrupts disabled or masks that one: OpenHCL's VMM does the same
 * (virt_mshv_vtl, processor/tdx/mod.rs, "If there is a pending interrupt, clear
 * the halted and idle state"), and a guest has to halt in a loop anyway.
 *
 * Return: true if the VMM must take interrupts itself.
 */
static bool bits_inject(struct vtl0_vp *vp, struct mshv_vtl_run *run, bool fresh)
{
	unsigned int pulled, banks, merged;

	/* Without the offload, the VMM owns VTL0's interrupt controller. */
	if (unlikely(!is_offloaded(run, MSHV_VTL_OFFLOAD_INTR_INJECT)))
		return READ_ONCE(run->scan_proxy_irr);

	if (unlikely(fresh))
		vtl_platform()->resync(run);
	pulled = vtl_vp_pull(run, vp->bits);
	banks = pulled & (VP_PULLED_VMM - 1);
	if (banks) {
		merged = static_call(vtl_platform_inject)(run, vp->bits, banks);
		if (unlikely(merged))
			merged_count(vp->bits, merged);
	}

	if (unlikely(READ_ONCE(run->flags) & MSHV_VTL_RUN_HALTED) &&
	    vtl_platform()->is_pending(run))
		halt_clear(run);
	return pulled & VP_PULLED_VMM;
}

/*
 * Steps 1 and 2. Interrupts are off. If @fresh, the VMM may have changed the run page
 * since the last iteration.
 */
static int iteration_begin(struct vtl0_vp *vp, struct mshv_vtl_run *run,
			   bool *fresh)
{
	bool vmm;

	if (unlikely(compat_guest_work_is_pending(read_thread_flags())))
		return NEXT_WORK;
	/*
	 * A task that cancels writes this, then interrupts this CPU: either the
	 * write is seen here, or the interrupt is pending and ends VTL0's run.
	 */
	if (READ_ONCE(run->cancel))
		return -EINTR;
	vmm = bits_inject(vp, run, *fresh);
	*fresh = false;
	if (vmm)
		return -EINTR;
	return READ_ONCE(run->flags) & MSHV_VTL_RUN_HALTED ? NEXT_HALT :
							      NEXT_ITERATION;
}

/*
 * For RCU, VTL0 is like user space: a CPU that runs it holds no reference. Where the
 * kernel tracks contexts (nohz_full), guest_run() tells RCU so at each entry.
 * Elsewhere RCU checks this CPU at each tick, so this tells it once per tick.
 */
static void rcu_tell(struct vtl0_vp *vp)
{
	unsigned long now = jiffies;

	if (likely(vp->rcu_told == now))
		return;
	vp->rcu_told = now;
	if (!context_tracking_enabled_this_cpu())
		rcu_note_context_switch(false);
}

/* RCU may not be watching here, so this must not be traced or probed. */
static noinstr void guest_run(struct mshv_vtl_run *run)
{
	context_tracking_guest_enter();
	static_call(vtl_platform_enter)(run);
	context_tracking_guest_exit();
}

static int session_begin(struct mshv_vtl_run *run)
{
	int ret = vtl_platform()->session_begin(run);

	/* A tick during the session is accounted as guest time. */
	if (!ret)
		vtime_account_guest_enter();
	return ret;
}

static void session_end(struct mshv_vtl_run *run)
{
	local_irq_disable();
	vtime_account_guest_exit();
	local_irq_enable();
	vtl_platform()->session_end(run);
}

/* Step 3. @begun: the session has begun. */
static int iteration_enter(struct vtl0_vp *vp, struct mshv_vtl_run *run,
			   bool *begun)
{
	int ret;

	if (!*begun) {
		ret = session_begin(run);
		if (ret)
			return ret;
		*begun = true;
	}
	this_cpu_inc(vtl_vp_entries);
	trace_vtl_enter(smp_processor_id());
	rcu_tell(vp);
	guest_run(run);
	return NEXT_ITERATION;
}

/* Steps 4 and 5. */
static int iteration_exit(struct vtl0_vp *vp, struct mshv_vtl_run *run)
{
	u64 reason = trace_vtl_exit_enabled() ? vtl_platform()->exit_reason() : 0;
	int exit = static_call(vtl_platform_exit_handle)(run);

	trace_vtl_exit(smp_processor_id(), reason, exit);
	if (exit <= VTL_EXIT_USER)
		return exit;

	local_inc(&vp->handled);
	if (unlikely(exit != VTL_EXIT_HANDLED))
		halt_set(run, exit);
	return NEXT_ITERATION;
}

static int session_iterate(struct vtl0_vp *vp, struct mshv_vtl_run *run,
			   bool *fresh, bool *begun)
{
	int next;

	do {
		local_irq_disable();
		next = iteration_begin(vp, run, fresh);
		if (next == NEXT_ITERATION)
			next = iteration_enter(vp, run, begun);
		local_irq_enable();
		if (next == NEXT_ITERATION)
			next = iteration_exit(vp, run);
	} while (next == NEXT_ITERATION);
	return next;
}

/* Runs one session on @cpu; -EINVAL if the caller is not bound to it. */
static int session_run(unsigned int cpu, struct mshv_vtl_run *run, bool *fresh)
{
	bool begun = false;
	int next = -EINVAL;

	preempt_disable();
	if (smp_processor_id() == cpu)
		next = session_iterate(this_cpu_ptr(&vtl0_vps), run, fresh, &begun);
	if (begun)
		session_end(run);
	preempt_enable();
	return next;
}

static bool halt_is_over(struct mshv_vtl_run *run)
{
	return READ_ONCE(run->scan_proxy_irr) || READ_ONCE(run->cancel) ||
	       signal_pending(current) ||
	       compat_guest_work_is_pending(read_thread_flags());
}

/*
 * Becomes the sleeper of this VP, on the VP's own CPU. An interrupt on this CPU either
 * came before, then the check that follows sees its bits; or it comes later, and finds the
 * sleeper. This needs no barrier because it all happens on one CPU. On another
 * CPU, a thread that was moved there after its session could miss the interrupt.
 */
static int sleeper_publish(unsigned int cpu)
{
	int ret = -EINVAL;

	preempt_disable();
	if (smp_processor_id() == cpu) {
		prepare_to_rcuwait(this_cpu_ptr(&vtl_vp_sleeper));
		ret = 0;
	}
	preempt_enable();
	return ret;
}

/*
 * VTL0 is halted on @cpu: sleep until a vector is asserted, the VP is cancelled, the
 * kernel has work for this task, or @end. Other tasks may use the CPU meanwhile.
 *
 *   this task                        a task that asserts or cancels
 *   vtl_vp_sleeper = current         set the bit, then scan (or cancel)
 *   full barrier (A)                 full barrier, or the same CPU (B)
 *   check scan, cancel               check for a sleeper, wake it up
 *
 * (A) is in set_current_state(), (B) in rcuwait_wake_up(). The last iteration found
 * nothing to do; what was written since then is seen here.
 *
 * Return: 1 at @end, 0 for another reason, -EINVAL if the caller is not bound to @cpu.
 */
static int halt_sleep(unsigned int cpu, struct mshv_vtl_run *run, ktime_t end)
{
	bool expired = false;

	if (sleeper_publish(cpu))
		return -EINVAL;
	while (!expired) {
		set_current_state(TASK_INTERRUPTIBLE);
		if (halt_is_over(run))
			break;
		expired = !schedule_hrtimeout(end == KTIME_MAX ? NULL : &end,
					      HRTIMER_MODE_ABS);
	}
	finish_rcuwait(per_cpu_ptr(&vtl_vp_sleeper, cpu));
	return expired;
}

static int halt_run(unsigned int cpu, struct mshv_vtl_run *run)
{
	int expired;

	local_inc(per_cpu_ptr(&vtl0_vps.halts, cpu));
	expired = halt_sleep(cpu, run, vtl_platform()->halt_end(cpu));
	if (expired < 0)
		return expired;
	return expired && vtl_platform()->halt_expire(run, cpu) ?
		NEXT_USER : NEXT_ITERATION;
}

/* Runs sessions until the VMM is needed. */
static int sessions_run(unsigned int cpu, struct mshv_vtl_run *run)
{
	bool fresh = true;
	int next;

	vtl_platform()->run_begin(run, cpu);
	for (;;) {
		next = session_run(cpu, run, &fresh);
		if (next == NEXT_HALT)
			next = halt_run(cpu, run);
		else if (next == NEXT_WORK)
			next = compat_guest_work_handle() ?: NEXT_ITERATION;
		if (next <= 0)
			return next;
	}
}

int vtl_vtl0_run(void)
{
	unsigned int cpu = raw_smp_processor_id();
	struct vtl0_vp *vp = per_cpu_ptr(&vtl0_vps, cpu);
	struct mshv_vtl_run *run = vtl_vp_run_page(cpu);
	int ret;

	if (!run)
		return -EINVAL;
	ret = vtl_platform()->vp_prepare(cpu);
	if (ret)
		return ret;

	/* Two tasks that run one VP would overwrite each other's VTL0 state. */
	if (cmpxchg(&vp->owner, NULL, current))
		return -EBUSY;
	ret = sessions_run(cpu, run);
	local_inc(&vp->user_returns);
	/* All writes of this owner come before the cmpxchg of the next one. */
	smp_store_release(&vp->owner, NULL);
	return ret;
}

static void kick_arrived(void *unused)
{
}

/* @kicked is used as scratch memory. */
static void mask_kick(const struct cpumask *mask, struct cpumask *kicked,
		      bool wait, bool cancel)
{
	preempt_disable();
	cpumask_copy(kicked, mask);
	if (cancel)
		vtl_vp_cancel_all(kicked);
	else if (!wait)
		vtl_vp_kick_all(kicked);
	if (wait)
		smp_call_function_many(mask, kick_arrived, NULL, true);
	preempt_enable();
}

/*
 * @mask is empty. The bits of the last byte beyond @bits must be cleared: a kernel that is
 * built for few CPUs also reads bits beyond nr_cpu_ids (small_cpumask_bits).
 */
static int mask_read(struct cpumask *mask, const void __user *user_mask, u64 bits)
{
	if (copy_from_user(cpumask_bits(mask), user_mask, DIV_ROUND_UP(bits, 8)))
		return -EFAULT;

	bitmap_clear(cpumask_bits(mask), bits, round_up(bits, 8) - bits);
	return 0;
}

int vtl_vtl0_kick(const void __user *user_mask, u64 bits, bool wait, bool cancel)
{
	cpumask_var_t mask, kicked;
	int ret = -ENOMEM;

	if (!zalloc_cpumask_var(&mask, GFP_KERNEL))
		return ret;
	if (!zalloc_cpumask_var(&kicked, GFP_KERNEL))
		goto free_mask;

	ret = mask_read(mask, user_mask, min_t(u64, bits, nr_cpu_ids));
	if (!ret)
		mask_kick(mask, kicked, wait, cancel);
	free_cpumask_var(kicked);
free_mask:
	free_cpumask_var(mask);
	return ret;
}

void vtl_vtl0_stats_get(unsigned int cpu, struct vtl0_stats *stats)
{
	const struct vtl0_vp *vp = per_cpu_ptr(&vtl0_vps, cpu);

	stats->entries = READ_ONCE(per_cpu(vtl_vp_entries, cpu));
	stats->handled = local_read(&vp->handled);
	stats->halts = local_read(&vp->halts);
	stats->user_returns = local_read(&vp->user_returns);
}
