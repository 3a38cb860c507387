// SPDX-License-Identifier: GPL-2.0-only
/*
 * VTL0's timer: the TSC deadline of each L2 VM in the TDX module, and the same
 * deadline while VTL0 is halted.
 *
 * The VMM has one deadline per VP for all of its L2 VMs, and sets 'update' once when it
 * changes. So the deadline is read at the start of each run, even if the run does not
 * enter VTL0. It is written to a VM's field when the VM is entered, if the field has
 * another value.
 *
 * The TDX module compares the deadline with the TSC at every entry: a deadline that has
 * passed ends every entry at once, until it is written again. So an expired deadline
 * is removed here before the next entry. (TD partitioning, "L2 VM TSC Deadline
 * Support"; OpenHCL: virt_mshv_vtl, processor/tdx/mod.rs, TdxTscDeadlineService.)
 *
 * If the VMM requests it, VTL0's own writes of the deadline are also handled here, and the
 * interrupt of the timer is asserted without the VMM: then a tick of VTL0 needs no
 * return to user space. The VMM may change the vector at any time: it is read once for
 * each write and for each expired deadline. A vector that is not legal means no request.
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
 * For the VMM, a deadline of 0 means no deadline, as in the local APIC. The TDX module
 * refuses a deadline that is 2^63 ticks ahead, so one that is centuries ahead is treated
 * as no deadline.
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
	/* No VM: TDG.VP.ENTER will refuse it. */
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

/* The vector that the kernel asserts for the VMM; 0: none. */
static u8 offload_vector(const struct mshv_vtl_run *run)
{
	u8 vector = READ_ONCE(tdx_context(run)->tsc_deadline.vector);

	return vector >= VECTOR_LEGAL_MIN ? vector : 0;
}

/* The deadline has expired: VTL0 reads it as 0 from now on. */
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
	/* The VMM handles the write, and the next session reports the error to it. */
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

	/* With the old deadline, the TDX module would end each entry at once. */
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
 * Whether the VMM requested more from the entry than to run VTL0, which it takes for done
 * when VTL0 has exited: to inject an event (then the offload is off), or to invalidate
 * translations.
 */
static bool entry_has_more_to_do(const struct mshv_vtl_run *run)
{
	return !(READ_ONCE(run->offload_flags) & MSHV_VTL_OFFLOAD_INTR_INJECT) ||
	       READ_ONCE(tdx_context(run)->entry_rcx) & TDX_ENTRY_INVALIDATE;
}

/* The next session writes the new deadline to the TDX module, before VTL0 is entered. */
static bool halt_delivers(struct mshv_vtl_run *run)
{
	u8 vector = offload_vector(run);

	if (!vector || !(READ_ONCE(run->offload_flags) & MSHV_VTL_OFFLOAD_INTR_INJECT))
		return false;
	deadline_fire(run, vector);
	return true;
}

/*
 * Reports an exit as if VTL0 had been entered at its deadline. If the VMM would then take
 * other requests for done, too, this reports instead that an interrupt prevented the
 * entry: the VMM then also checks its timers.
 */
bool vtl_tdx_halt_expire(struct mshv_vtl_run *run, unsigned int cpu)
{
	struct mshv_tdx_exit *exit = &tdx_context(run)->exit;

	if (!vtl_tdx_deadline_expire(per_cpu_ptr(&vtl_tdx_vps, cpu)))
		return false;
	/* The interrupt ends the halt like any other interrupt. */
	if (halt_delivers(run))
		return false;

	exit->r10 = 0;
	WRITE_ONCE(exit->rax, entry_has_more_to_do(run) ?
			      (u64)TDX_PENDING_INTERRUPT << 32 : TDX_EXIT_DEADLINE);
	return true;
}
