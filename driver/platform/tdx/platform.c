// SPDX-License-Identifier: GPL-2.0-only
/*
 * The TDX platform: VTL0 is an L2 VM of the TDX module.
 *
 * Owns: the memory of a VP, the pages that the VMM may map, and the platform's ioctls
 * and capabilities. enter.c enters VTL0; deadline.c is its timer, vapic.c its virtual
 * APIC, and ipi.c its IPIs. state.c switches registers that the TDX module does not
 * switch; registers.c has those that the VMM reads and writes. tdcall.c makes calls to
 * the TDX module, and filter.c checks those of the VMM. grant.c has the pages of the VMM's
 * own memory that VTL0 may access.
 */
#include <linux/cpu.h>
#include <linux/cpumask.h>
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/nospec.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/uaccess.h>

#include "platform.h"
#include "run_page.h"
#include "tdx.h"

static_assert(MSHV_TDCALL == 0xc038b832);
static_assert(sizeof(struct mshv_tdx_context) == 1024);
static_assert(offsetof(struct mshv_tdx_context, vp_state) == 136);
static_assert(offsetof(struct mshv_tdx_context, entry_rcx) == 232);
static_assert(offsetof(struct mshv_tdx_context, gpr) == 240);
static_assert(offsetof(struct mshv_tdx_context, gpr.rvi) == 392);
static_assert(offsetof(struct mshv_tdx_context, tsc_deadline) == 400);
static_assert(offsetof(struct mshv_tdx_context, tsc_deadline.vector) == 409);
static_assert(offsetof(struct mshv_tdx_context, fx_state) == 496);

/* vtl_tdx_vp_prepare() fills it in under tdx_vp_lock; @vapic is written last. */
DEFINE_PER_CPU(struct tdx_vp, vtl_tdx_vps);
/*
 * A page fault takes it while mmap_lock is held. cpu_hotplug_lock, if needed as well, is
 * taken first: perf takes locks of its own under cpu_hotplug_lock, and accesses user memory
 * (mmap_lock) while it holds them.
 */
static DEFINE_MUTEX(tdx_vp_lock);

/* How many VTL files are open. Protected by tdx_vp_lock. */
static unsigned int tdx_users;

static void vp_free(struct tdx_vp *vp)
{
	if (vp->vapic)
		put_page(virt_to_page(vp->vapic));
	kfree(vp->state.extended);
	free_cpumask_var(vp->targets);
	memset(vp, 0, sizeof(*vp));
}

static int vp_alloc(unsigned int cpu, struct tdx_vp *vp)
{
	struct page *page;

	if (!zalloc_cpumask_var(&vp->targets, GFP_KERNEL))
		return -ENOMEM;
	vp->state.extended = vtl_tdx_state_alloc();
	if (!vp->state.extended)
		goto free;
	page = alloc_pages_node(cpu_to_node(cpu), GFP_KERNEL | __GFP_ZERO, 0);
	if (!page)
		goto free;

	vtl_tdx_state_reset(&vp->state, false);
	vp->deadline = TDX_DEADLINE_OFF;
	/* Pairs with the load in vtl_tdx_vp_prepare(). */
	smp_store_release(&vp->vapic, page_address(page));
	return 0;

free:
	vp_free(vp);
	return -ENOMEM;
}

/* @here: it is this CPU's VP, so this CPU may still have VTL0's registers. */
static void vp_reset(struct tdx_vp *vp, bool here)
{
	if (!vp->vapic)
		return;
	vtl_tdx_state_reset(&vp->state, here);
	vp->deadline = TDX_DEADLINE_OFF;
	vp->configured = false;
}

static void vp_reset_here(void *unused)
{
	vp_reset(this_cpu_ptr(&vtl_tdx_vps), true);
}

/* The run pages are kept, but the next VMM may not know the offload. */
static void deadline_offload_end(void)
{
	struct mshv_vtl_run *run;
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		run = vtl_vp_run_page(cpu);
		if (run)
			WRITE_ONCE(tdx_context(run)->tsc_deadline.vector, 0);
	}
}

/*
 * The next VMM must not see the old VTL0's registers that are not in the run page; a VMM finds that
 * page as the last one left it. Called with CPU hotplug held off.
 */
static void vp_reset_all(void)
{
	unsigned int cpu;

	deadline_offload_end();
	on_each_cpu(vp_reset_here, NULL, true);
	for_each_cpu_andnot(cpu, cpu_possible_mask, cpu_online_mask)
		vp_reset(per_cpu_ptr(&vtl_tdx_vps, cpu), false);
}

static void tdx_file_open(void)
{
	mutex_lock(&tdx_vp_lock);
	tdx_users++;
	mutex_unlock(&tdx_vp_lock);
}

static void tdx_file_release(void)
{
	/* Taken before tdx_vp_lock; see there. */
	cpus_read_lock();
	mutex_lock(&tdx_vp_lock);
	if (!--tdx_users) {
		vp_reset_all();
		vtl_tdx_grants_revoke();
	}
	mutex_unlock(&tdx_vp_lock);
	cpus_read_unlock();
}

int vtl_tdx_vp_prepare(unsigned int cpu)
{
	struct tdx_vp *vp = per_cpu_ptr(&vtl_tdx_vps, cpu);
	int ret = 0;

	/* Pairs with the store in vp_alloc(). */
	if (smp_load_acquire(&vp->vapic))
		return 0;

	mutex_lock(&tdx_vp_lock);
	if (!vp->vapic)
		ret = vp_alloc(cpu, vp);
	mutex_unlock(&tdx_vp_lock);
	return ret;
}

static void tdx_vp_free_all(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		vp_free(per_cpu_ptr(&vtl_tdx_vps, cpu));
	vtl_tdx_filter_exit();
	vtl_tdx_grants_exit();
}

/* DR6 is shared on TDX; OpenHCL's VMM does not start without this capability. */
static int tdx_capability(u32 capability)
{
	switch (capability) {
	case MSHV_CAP_DR6_SHARED:
	case MSHV_CAP_LOWER_VTL_TIMER_VIRT:
	case MSHV_CAP_TSC_DEADLINE_OFFLOAD:
		return 1;
	default:
		return -EOPNOTSUPP;
	}
}

static struct page *tdx_page_get(unsigned long kind, unsigned long cpu)
{
	struct page *page;
	int ret;

	if (kind != MSHV_VTL_PAGE_VIRTUAL_APIC || cpu >= nr_cpu_ids)
		return NULL;

	cpu = array_index_nospec(cpu, nr_cpu_ids);
	if (!cpu_online(cpu))
		return NULL;
	ret = vtl_tdx_vp_prepare(cpu);
	if (ret)
		return ret == -ENOMEM ? ERR_PTR(ret) : NULL;

	page = virt_to_page(per_cpu(vtl_tdx_vps.vapic, cpu));
	get_page(page);
	return page;
}

static long ioctl_tdcall(struct mshv_tdcall __user *user_args)
{
	struct mshv_tdcall args;
	int ret;

	if (copy_from_user(&args, user_args, sizeof(args)))
		return -EFAULT;
	ret = vtl_tdx_filter_call(&args);
	if (ret)
		return ret;
	return copy_to_user(user_args, &args, sizeof(args)) ? -EFAULT : 0;
}

static long tdx_ioctl(unsigned int command, void __user *arg)
{
	switch (command) {
	case MSHV_TDCALL:
		return ioctl_tdcall(arg);
	case MSHV_READ_VMX_CR4_FIXED1:
		return vtl_tdx_cr4_fixed1_get(arg);
	case MSHV_GET_VP_REGISTERS:
		return vtl_tdx_registers_get(arg);
	case MSHV_SET_VP_REGISTERS:
		return vtl_tdx_registers_set(arg);
	default:
		return -ENOTTY;
	}
}

static const struct vtl_platform_ops tdx_ops = {
	.name = "TDX",
	.file_open = tdx_file_open,
	.file_release = tdx_file_release,
	.vp_prepare = vtl_tdx_vp_prepare,
	.vp_free_all = tdx_vp_free_all,
	.online = vtl_tdx_grants_cpu_online,
	.capability = tdx_capability,
	.page_get = tdx_page_get,
	.ioctl = tdx_ioctl,
	.run_begin = vtl_tdx_run_begin,
	.resync = vtl_tdx_vapic_resync,
	.inject = vtl_tdx_vapic_inject,
	.is_pending = vtl_tdx_vapic_is_pending,
	.session_begin = vtl_tdx_session_begin,
	.session_end = vtl_tdx_session_end,
	.enter = vtl_tdx_enter,
	.exit_handle = vtl_tdx_exit_handle,
	.exit_reason = vtl_tdx_exit_reason,
	.halt_end = vtl_tdx_halt_end,
	.halt_expire = vtl_tdx_halt_expire,
};

const struct vtl_platform_ops * __init vtl_tdx_probe(void)
{
	if (!cpu_feature_enabled(X86_FEATURE_TDX_GUEST) || !vtl_tdcall_vms())
		return NULL;
	vtl_tdx_state_init();
	vtl_tdx_filter_init();
	return &tdx_ops;
}
