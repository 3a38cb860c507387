// SPDX-License-Identifier: GPL-2.0-only
/*
 * The TSC deadline of L2, by a timer of L1 whose interrupt ends L2.
 *
 * Owns: the timer. Must not know: what an exit looks like.
 */
#include <linux/hrtimer.h>
#include <linux/math64.h>
#include <asm/tsc.h>

#include "compat.h"
#include "cpu.h"
#include "deadline.h"
#include "vcpu.h"

/* Farther away than the next tick, which looks again, need not be exact. */
#define FAR_MSECS 1000

/* Its interrupt was all that was wanted. */
static enum hrtimer_restart deadline_came(struct hrtimer *timer)
{
	return HRTIMER_NORESTART;
}

/**
 * deadline_clock() - L1's time stamp counter, which is L2's too
 *
 * Return: its value.
 */
u64 deadline_clock(void)
{
	return cpu_tsc();
}

/**
 * deadline_init() - make the timer
 * @vcpu: whose
 */
void deadline_init(struct vcpu *vcpu)
{
	hrtimer_setup(&vcpu->timer, deadline_came, CLOCK_MONOTONIC, HRTIMER_MODE_REL_PINNED_HARD);
}

/**
 * deadline_start() - the part of deadline_arm() that a deadline needs
 * @vcpu: it has one
 *
 * Context: as for deadline_arm().
 */
void deadline_start(struct vcpu *vcpu)
{
	u64 deadline = vcpu->fields.tsc_deadline, now = cpu_tsc(), ticks;

	if (deadline <= now)
		return;
	ticks = min_t(u64, deadline - now, (u64)tsc_khz * FAR_MSECS);
	hrtimer_start(&vcpu->timer, ns_to_ktime(div_u64(ticks * 1000000, tsc_khz)),
		      HRTIMER_MODE_REL_PINNED_HARD);
}

/**
 * deadline_stop() - undo deadline_start()
 * @vcpu: it has a deadline
 *
 * Context: as for deadline_arm(). The timer cannot be running.
 */
void deadline_stop(struct vcpu *vcpu)
{
	hrtimer_try_to_cancel(&vcpu->timer);
}
