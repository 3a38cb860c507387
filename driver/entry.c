// SPDX-License-Identifier: GPL-2.0-only
/*
 * The loop that runs VTL0 on a VP, and decides what comes back to the VMM.
 *
 * Owns: the order of a turn, halt, cancel, and who runs a VP. Knows nothing of
 * how VTL0 is entered (arch.h) or who asserts (vp.h).
 *
 * A turn, with interrupts off from the first step to the end of the third, so
 * that nothing that comes in between is lost:
 *
 *   1. is there a reason not to enter: signal, reschedule, cancel?
 *   2. pull what is asserted
 *   3. enter VTL0, or see that it is halted
 *   4. open interrupts: what ended VTL0's run is handled here, and may assert
 *   5. handle the exit, or give it to the VMM
 *
 * Turns follow each other in a stay, in which preemption is off and VTL0's
 * registers stay in place: what an interrupt costs is a turn, not a stay. A
 * reschedule, a halt and the VMM end it.
 */
#include <linux/cpumask.h>
#include <linux/hrtimer.h>
#include <linux/irqflags.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/rcuwait.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/task_work.h>
#include <linux/thread_info.h>
#include <linux/uaccess.h>

#include <asm/local.h>

#include "arch.h"
#include "compat.h"
#include "entry.h"
#include "trace.h"
#include "vp.h"

/*
 * One VP's bookkeeping. @owner is taken with cmpxchg; the counters are written
 * by the owner alone, on its CPU.
 */
struct entry_vp {
	struct task_struct *owner;
	local_t entries;
	local_t handled;
	local_t halts;
	local_t user_returns;
};

static DEFINE_PER_CPU(struct entry_vp, entry_vps);

/* What a turn came to. Anything below zero is an errno for the VMM. */
enum turn {
	TURN_VMM = 0,
	TURN_AGAIN,
	TURN_RESCHEDULE,
	TURN_HALTED,
};

/*
 * A notification with no task work behind it is for the moment when the task
 * returns anyway: restartable sequences ask for one at every preemption and
 * every wake-up, and a halted VP wakes for each interrupt.
 */
static bool work_wants_user(unsigned long work)
{
	if (work & (_TIF_SIGPENDING | _TIF_NOTIFY_SIGNAL))
		return true;
	return work & _TIF_NOTIFY_RESUME && task_work_pending(current);
}

/* Steps 1 and 2. Interrupts are off. @fresh: the VMM was there since the last pull. */
static int turn_begin(struct mshv_vtl_run *run, bool *fresh)
{
	unsigned long work = read_thread_flags();
	bool vmm;

	if (work & COMPAT_TIF_RESCHED)
		return TURN_RESCHEDULE;
	/*
	 * Whoever cancels writes this, then interrupts this CPU: either it is
	 * seen here, or the interrupt is pending and ends VTL0's run.
	 */
	if (READ_ONCE(run->cancel) || work_wants_user(work))
		return -EINTR;
	vmm = vtl_arch_pull(run, *fresh);
	*fresh = false;
	if (vmm)
		return -EINTR;
	return READ_ONCE(run->flags) & MSHV_VTL_RUN_HALTED ? TURN_HALTED :
							      TURN_AGAIN;
}

/* Step 3. @begun: VTL0's registers are in place. */
static int turn_run(struct entry_vp *vp, struct mshv_vtl_run *run, bool *begun)
{
	int ret;

	if (!*begun) {
		ret = vtl_arch_stay_begin(run);
		if (ret)
			return ret;
		*begun = true;
	}
	local_inc(&vp->entries);
	trace_vtl_enter(smp_processor_id());
	vtl_arch_enter(run);
	return TURN_AGAIN;
}

/* Steps 4 and 5. */
static int turn_exit(struct entry_vp *vp, struct mshv_vtl_run *run)
{
	u64 reason = trace_vtl_exit_enabled() ? vtl_arch_exit_reason() : 0;
	int handled = vtl_arch_exit_handle(run);

	trace_vtl_exit(smp_processor_id(), reason, handled);
	if (handled <= 0)
		return handled;

	local_inc(&vp->handled);
	return TURN_AGAIN;
}

static int stay_turns(struct entry_vp *vp, struct mshv_vtl_run *run, bool *fresh,
		      bool *begun)
{
	int turn;

	do {
		local_irq_disable();
		turn = turn_begin(run, fresh);
		if (turn == TURN_AGAIN)
			turn = turn_run(vp, run, begun);
		local_irq_enable();
		if (turn == TURN_AGAIN)
			turn = turn_exit(vp, run);
	} while (turn == TURN_AGAIN);
	return turn;
}

/* One stay on @cpu; -EINVAL if the caller is not bound to it. */
static int entry_stay(unsigned int cpu, struct mshv_vtl_run *run, bool *fresh)
{
	bool begun = false;
	int turn = -EINVAL;

	preempt_disable();
	if (smp_processor_id() == cpu)
		turn = stay_turns(this_cpu_ptr(&entry_vps), run, fresh, &begun);
	if (begun)
		vtl_arch_stay_end(run);
	preempt_enable();
	return turn;
}

static bool halt_is_over(struct mshv_vtl_run *run)
{
	return READ_ONCE(run->scan_proxy_irr) || READ_ONCE(run->cancel) ||
	       signal_pending(current) ||
	       work_wants_user(read_thread_flags());
}

/*
 * VTL0 is halted on @cpu: sleep until something is asserted, the VP is
 * cancelled, a signal comes, or @end. The CPU is free for others meanwhile.
 *
 *   this task                        who asserts or cancels
 *   vp_sleeper = current             bit, then scan (or cancel)
 *   full barrier (A)                 full barrier, or on this very CPU (B)
 *   look at scan and cancel          look at vp_sleeper
 *
 * (A) is in set_current_state(), (B) in rcuwait_wake_up(). The turn before has
 * seen nothing to do; what came since is seen here.
 *
 * Return: true if @end has come.
 */
static bool halt_sleep(unsigned int cpu, struct mshv_vtl_run *run, ktime_t end)
{
	struct rcuwait *sleeper = per_cpu_ptr(&vp_sleeper, cpu);
	bool expired = false;

	prepare_to_rcuwait(sleeper);
	while (!expired) {
		set_current_state(TASK_INTERRUPTIBLE);
		if (halt_is_over(run))
			break;
		expired = !schedule_hrtimeout(end == KTIME_MAX ? NULL : &end,
					      HRTIMER_MODE_ABS);
	}
	finish_rcuwait(sleeper);
	return expired;
}

static int entry_halt(unsigned int cpu, struct mshv_vtl_run *run)
{
	local_inc(per_cpu_ptr(&entry_vps.halts, cpu));
	if (!halt_sleep(cpu, run, vtl_arch_halt_end(run)))
		return TURN_AGAIN;

	vtl_arch_halt_expire(run);
	return TURN_VMM;
}

/* Stays until the VMM is needed. */
static int entry_loop(unsigned int cpu, struct mshv_vtl_run *run)
{
	bool fresh = true;
	int turn;

	for (;;) {
		turn = entry_stay(cpu, run, &fresh);
		if (turn == TURN_HALTED)
			turn = entry_halt(cpu, run);
		else if (turn == TURN_RESCHEDULE)
			schedule();
		if (turn <= 0)
			return turn;
	}
}

int entry_run(void)
{
	unsigned int cpu = raw_smp_processor_id();
	struct entry_vp *vp = per_cpu_ptr(&entry_vps, cpu);
	struct mshv_vtl_run *run = vp_run(cpu);
	int ret;

	if (!run)
		return -EINVAL;
	ret = vtl_arch_vp_prepare(cpu);
	if (ret)
		return ret;

	/* Two tasks on one VP would each think that VTL0's state is its own. */
	if (cmpxchg(&vp->owner, NULL, current))
		return -EBUSY;
	ret = entry_loop(cpu, run);
	local_inc(&vp->user_returns);
	/* What was written for this owner comes before the next one's cmpxchg. */
	smp_store_release(&vp->owner, NULL);
	return ret;
}

static void kick_arrived(void *unused)
{
}

static void kick_all(const struct cpumask *mask, bool wait, bool cancel)
{
	unsigned int cpu;

	preempt_disable();
	for_each_cpu(cpu, mask) {
		if (cpu == smp_processor_id())
			continue;
		if (cancel)
			vp_cancel(cpu);
		else if (!wait && cpu_online(cpu))
			vp_kick(cpu);
	}
	if (wait)
		smp_call_function_many(mask, kick_arrived, NULL, true);
	preempt_enable();
}

int entry_kick(const void __user *user_mask, u64 bits, bool wait, bool cancel)
{
	cpumask_var_t mask;
	int ret = 0;

	if (bits > nr_cpu_ids)
		bits = nr_cpu_ids;
	if (!zalloc_cpumask_var(&mask, GFP_KERNEL))
		return -ENOMEM;

	if (copy_from_user(cpumask_bits(mask), user_mask, DIV_ROUND_UP(bits, 8))) {
		ret = -EFAULT;
	} else {
		bitmap_clear(cpumask_bits(mask), bits, nr_cpumask_bits - bits);
		kick_all(mask, wait, cancel);
	}
	free_cpumask_var(mask);
	return ret;
}

void entry_stats_get(unsigned int cpu, struct entry_stats *stats)
{
	const struct entry_vp *vp = per_cpu_ptr(&entry_vps, cpu);

	stats->entries = local_read(&vp->entries);
	stats->handled = local_read(&vp->handled);
	stats->halts = local_read(&vp->halts);
	stats->user_returns = local_read(&vp->user_returns);
}
