// SPDX-License-Identifier: GPL-2.0-only
/*
 * VTL0's timer: a TSC deadline that the TDX module has for each L2 VM, and the
 * same deadline while VTL0 is halted.
 *
 * The VMM has one deadline for a VP, whichever of its L2 VMs runs, and names it
 * once ('update'), so it is taken over at the start of each run, also of one that
 * does not enter VTL0. A VM is told when it is entered, if it was told something
 * else before.
 *
 * The TDX module compares the deadline with the TSC at every entry: one that has
 * passed ends each of them at once, until it is written again. So an expired one
 * is taken away here before the next entry. (TD partitioning, "L2 VM TSC Deadline
 * Support"; OpenHCL: virt_mshv_vtl, processor/tdx/mod.rs, TdxTscDeadlineService.)
 *
 * If the VMM asks for it, VTL0's own writes of the deadline are taken over here, too, and
 * the timer's interrupt becomes pending without the VMM: a tick of VTL0 then costs no
 * return to user space. The VMM may change the vector at any time: it is read once for
 * each write and each deadline that has come. One that is not legal is no request.
 */
#include <linux/compiler.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/percpu.h>

#include <asm/tsc.h>

#include "run_page.h"
#include "tdx.h"

#define VECTOR_LEGAL_MIN	16
#define DEADLINE_FAR		BIT_ULL(62)

/* The longest sleep before the deadline is compared with the TSC again: an hour. */
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

static u64 deadline_write(struct tdx_vp *vp, unsigned int vm, u64 value)
{
	u64 status;

	status = vtl_tdcall_field_write(TDX_FIELD_TSC_DEADLINE + vm, value, ~0ULL);
	if (!status)
		vp->programmed[vm - 1] = value;
	return status;
}

u64 vtl_tdx_deadline_off(struct tdx_vp *vp)
{
	unsigned int vm, vms = vtl_tdcall_vms();
	u64 status;

	for (vm = 1; vm <= vms; vm++) {
		status = deadline_write(vp, vm, TDX_DEADLINE_OFF);
		if (status)
			return status;
	}
	return 0;
}

void vtl_tdx_run_begin(struct mshv_vtl_run *run, unsigned int cpu)
{
	struct mshv_tdx_tsc_deadline *wanted = &tdx_context(run)->tsc_deadline;

	if (!(READ_ONCE(wanted->update) & 1))
		return;
	per_cpu(vtl_tdx_vps.deadline, cpu) =
		deadline_to_tdx(READ_ONCE(wanted->deadline));
	WRITE_ONCE(wanted->update, 0);
}

u64 vtl_tdx_deadline_program(struct tdx_vp *vp, unsigned int vm)
{
	/* TDG.VP.ENTER refuses this one. */
	if (!vm || likely(vp->programmed[vm - 1] == vp->deadline))
		return 0;
	return deadline_write(vp, vm, vp->deadline);
}

bool vtl_tdx_deadline_expire(struct tdx_vp *vp)
{
	if (vp->deadline > rdtsc_ordered())
		return false;
	vp->deadline = TDX_DEADLINE_OFF;
	return true;
}

/* The vector that the VMM wants to have asserted by the kernel; 0: none. */
static u8 offload_vector(const struct mshv_vtl_run *run)
{
	u8 vector = READ_ONCE(tdx_context(run)->tsc_deadline.vector);

	return vector >= VECTOR_LEGAL_MIN ? vector : 0;
}

/* VTL0 reads the deadline as 0 from now on. */
static void deadline_fire(struct mshv_vtl_run *run, u8 vector)
{
	WRITE_ONCE(tdx_context(run)->tsc_deadline.deadline, 0);
	vtl_vp_post(run, vector);
}

bool vtl_tdx_deadline_take(struct mshv_vtl_run *run, struct tdx_vp *vp, u64 deadline)
{
	u8 vector = offload_vector(run);
	bool expired;

	if (!vector)
		return false;

	vp->deadline = deadline_to_tdx(deadline);
	expired = vtl_tdx_deadline_expire(vp);
	/* The VMM serves the write, and the next session tells it of the error. */
	if (vtl_tdx_deadline_program(vp, TDX_ENTRY_VM(vp->entry_rcx)))
		return false;

	WRITE_ONCE(tdx_context(run)->tsc_deadline.deadline, deadline);
	if (expired)
		deadline_fire(run, vector);
	return true;
}

bool vtl_tdx_deadline_deliver(struct mshv_vtl_run *run, struct tdx_vp *vp)
{
	u8 vector = offload_vector(run);

	/* The TDX module would end each entry at once as long as it has the old one. */
	if (!vector || vtl_tdx_deadline_program(vp, TDX_ENTRY_VM(vp->entry_rcx)))
		return false;

	deadline_fire(run, vector);
	return true;
}

ktime_t vtl_tdx_halt_end(unsigned int cpu)
{
	u64 deadline = per_cpu(vtl_tdx_vps.deadline, cpu);
	u64 now = rdtsc_ordered();
	u64 cycles;

	if (deadline == TDX_DEADLINE_OFF)
		return KTIME_MAX;
	if (deadline <= now)
		return ktime_get();

	cycles = min_t(u64, deadline - now, (u64)tsc_khz * HALT_MS_MAX);
	return ktime_add_ns(ktime_get(),
			    mul_u64_u32_div(cycles, NSEC_PER_MSEC, tsc_khz));
}

/*
 * What the VMM asked the entry for beside running VTL0, and takes for done when
 * VTL0 has exited: an event that it injects (then it keeps the offload off), or an
 * invalidation of translations.
 */
static bool entry_has_more_to_do(const struct mshv_vtl_run *run)
{
	return !(READ_ONCE(run->offload_flags) & MSHV_VTL_OFFLOAD_INTR_INJECT) ||
	       READ_ONCE(tdx_context(run)->entry_rcx) & TDX_ENTRY_INVALIDATE;
}

/* VTL0 is not entered before the next session, which tells the TDX module. */
static bool halt_delivers(struct mshv_vtl_run *run)
{
	u8 vector = offload_vector(run);

	if (!vector || !(READ_ONCE(run->offload_flags) & MSHV_VTL_OFFLOAD_INTR_INJECT))
		return false;
	deadline_fire(run, vector);
	return true;
}

/*
 * As if VTL0 had been entered at its deadline, unless that would tell the VMM that
 * more has been done: then as if an interrupt had kept VTL0 from being entered, and
 * the VMM looks at its timers as well.
 */
bool vtl_tdx_halt_expire(struct mshv_vtl_run *run, unsigned int cpu)
{
	struct mshv_tdx_exit *exit = &tdx_context(run)->exit;

	if (!vtl_tdx_deadline_expire(per_cpu_ptr(&vtl_tdx_vps, cpu)))
		return false;
	/* The interrupt ends the halt as any other. */
	if (halt_delivers(run))
		return false;

	exit->r10 = 0;
	WRITE_ONCE(exit->rax, entry_has_more_to_do(run) ?
			      (u64)TDX_PENDING_INTERRUPT << 32 : TDX_EXIT_DEADLINE);
	return true;
}
