// SPDX-License-Identifier: GPL-2.0-only
/*
 * VTL0's timer: a TSC deadline that the TDX module has for each L2 VM, and the
 * same deadline while VTL0 is halted.
 *
 * The TDX module compares the deadline with the TSC at every entry: one that has
 * passed ends each of them at once, until it is written again. The VMM sets a
 * deadline only when one is due ('update'), so an expired one is taken away here
 * before the next entry. (TD partitioning, "L2 VM TSC Deadline Support"; OpenHCL:
 * virt_mshv_vtl, processor/tdx/mod.rs, TdxTscDeadlineService.)
 */
#include <linux/compiler.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/percpu.h>

#include <asm/tsc.h>

#include "tdx.h"

#define DEADLINE_FAR		BIT_ULL(62)

/* Longest halt without a look at the deadline: an hour. */
#define HALT_MS_MAX		(3600 * MSEC_PER_SEC)

/*
 * A deadline of 0 means none to the VMM, as in the local APIC. The TDX module
 * refuses one that is 2^63 ticks ahead; what is centuries ahead is as good as none.
 */
static u64 deadline_to_tdx(u64 deadline)
{
	u64 now = rdtsc_ordered();

	if (!deadline || (deadline > now && deadline - now >= DEADLINE_FAR))
		return TDX_DEADLINE_OFF;
	return deadline;
}

static u64 deadline_write(struct tdx_deadline *timer, unsigned int vm, u64 value)
{
	u64 status;

	status = vtl_tdcall_field_write(TDX_FIELD_TSC_DEADLINE + vm, value, ~0ULL);
	if (status)
		return status;

	timer->programmed = value;
	timer->expired = false;
	return 0;
}

u64 vtl_tdx_deadline_off(struct tdx_vp *vp)
{
	unsigned int vm, vms = vtl_tdcall_vms();
	u64 status;

	for (vm = 1; vm <= vms; vm++) {
		status = deadline_write(&vp->deadlines[vm - 1], vm, TDX_DEADLINE_OFF);
		if (status)
			return status;
	}
	return 0;
}

u64 vtl_tdx_deadline_update(struct tdx_vp *vp, struct mshv_tdx_context *context)
{
	unsigned int vm = TDX_ENTRY_VM(READ_ONCE(context->entry_rcx));
	struct mshv_tdx_tsc_deadline *wanted = &context->tsc_deadline;
	struct tdx_deadline *timer;
	u64 status;

	/* TDG.VP.ENTER refuses this one. */
	if (!vm)
		return 0;

	timer = &vp->deadlines[vm - 1];
	if (READ_ONCE(wanted->update) & 1) {
		status = deadline_write(timer, vm,
					deadline_to_tdx(READ_ONCE(wanted->deadline)));
		if (!status)
			WRITE_ONCE(wanted->update, 0);
		return status;
	}
	return timer->expired ? deadline_write(timer, vm, TDX_DEADLINE_OFF) : 0;
}

bool vtl_tdx_deadline_expire(struct tdx_vp *vp, unsigned int vm)
{
	struct tdx_deadline *timer;

	if (!vm)
		return true;

	/*
	 * The CPU counts down in 32 bits: a deadline that is further away ends
	 * VTL0's run early. The next entry starts the count again.
	 */
	timer = &vp->deadlines[vm - 1];
	if (timer->programmed > rdtsc_ordered())
		return false;
	timer->expired = true;
	return true;
}

/* The deadline that counts while VTL0 does not run; TDX_DEADLINE_OFF: none. */
static u64 halt_deadline(struct mshv_tdx_context *context)
{
	unsigned int vm = TDX_ENTRY_VM(READ_ONCE(context->entry_rcx));
	const struct tdx_deadline *timer;

	if (READ_ONCE(context->tsc_deadline.update) & 1)
		return deadline_to_tdx(READ_ONCE(context->tsc_deadline.deadline));
	if (!vm)
		return TDX_DEADLINE_OFF;
	timer = this_cpu_ptr(&vtl_tdx_vps.deadlines[vm - 1]);
	return timer->expired ? TDX_DEADLINE_OFF : timer->programmed;
}

ktime_t vtl_tdx_halt_end(struct mshv_vtl_run *run)
{
	u64 deadline = halt_deadline(tdx_context(run));
	u64 now = rdtsc_ordered();
	u64 cycles;

	if (deadline == TDX_DEADLINE_OFF)
		return KTIME_MAX;
	if (deadline <= now)
		return ktime_get();

	/* The VMM may name any time: what is too far ends early, as on TDX. */
	cycles = min_t(u64, deadline - now, (u64)tsc_khz * HALT_MS_MAX);
	return ktime_add_ns(ktime_get(),
			    mul_u64_u32_div(cycles, NSEC_PER_MSEC, tsc_khz));
}

/* As if VTL0 had been entered at its deadline. */
void vtl_tdx_halt_expire(struct mshv_vtl_run *run)
{
	struct mshv_tdx_context *context = tdx_context(run);
	unsigned int vm = TDX_ENTRY_VM(READ_ONCE(context->entry_rcx));

	if (vm)
		this_cpu_write(vtl_tdx_vps.deadlines[vm - 1].expired, true);
	WRITE_ONCE(context->tsc_deadline.update, 0);
	context->exit.r10 = 0;
	WRITE_ONCE(context->exit.rax, TDX_EXIT_DEADLINE);
}
