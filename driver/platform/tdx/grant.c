// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages of the VMM's own memory that VTL0 may access.
 *
 * OpenHCL's VMM lets VTL0 read the monitor page of VMBus (openvmm,
 * openhcl/virt_mshv_vtl/src/lib.rs, allocate_monitor_page()). The kernel manages such a
 * page, and must not give it to others while VTL0 can access it. So the page is pinned
 * until no L2 VM may access it, and no CPU has a translation for it.
 *
 * A CPU that is offline meanwhile forgets all translations when it comes online.
 *
 * Owns: the list of these pages. filter.c checks the call, and that the page is the VMM's.
 */
#define pr_fmt(fmt) "mshv_vtl: " fmt

#include <linux/bits.h>
#include <linux/cpu.h>
#include <linux/io.h>
#include <linux/list.h>
#include <linux/lockdep.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/preempt.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/smp.h>

#include "tdx.h"

/* More than enough: OpenHCL's VMM has one for VTL0, and one for VTL1. */
#define GRANTS_MAX		16

/**
 * struct grant - a page that is pinned
 * @list:    in grants
 * @page:    the page
 * @vms:     bit N: VM N may access it
 * @vms_ever: bit N: CPUs may have translations of VM N for it
 */
struct grant {
	struct list_head list;
	struct page *page;
	u8 vms;
	u8 vms_ever;
};

static LIST_HEAD(grants);
static unsigned int grants_count;
/*
 * Protects the list and its entries, and is held while a call changes attributes. Taken
 * after cpu_hotplug_lock and tdx_vp_lock. User memory is not accessed while it is held.
 */
static DEFINE_MUTEX(grants_lock);

/**
 * struct invalidation - for all CPUs
 * @vms:    of these VMs
 * @status: out: RAX of a CPU on which it failed; 0: none
 */
struct invalidation {
	u64 vms;
	u64 status;
};

/* Context: preemption off. */
static void invalidate_here(void *argument)
{
	struct invalidation *invalidation = argument;
	struct tdcall_regs regs = { .rax = TDG_VP_INVEPT, .rcx = invalidation->vms };

	if (vtl_tdcall_retry(&regs))
		WRITE_ONCE(invalidation->status, regs.rax);
}

int vtl_tdx_grants_cpu_online(void)
{
	unsigned int vms = vtl_tdcall_vms();
	struct invalidation invalidation = { .vms = vms ? GENMASK_ULL(vms, 1) : 0 };

	preempt_disable();
	invalidate_here(&invalidation);
	preempt_enable();
	if (vms && !invalidation.status)
		return 0;

	pr_err("CPU %u: the TDX module does not invalidate translations of VTL0 (%#llx)\n",
	       smp_processor_id(), invalidation.status);
	return -EIO;
}

static struct grant *grant_find(u64 address)
{
	struct grant *grant;

	lockdep_assert_held(&grants_lock);

	list_for_each_entry(grant, &grants, list) {
		if (page_to_phys(grant->page) == address)
			return grant;
	}
	return NULL;
}

static void grant_add(struct grant *grant, struct page *page)
{
	lockdep_assert_held(&grants_lock);

	grant->page = page;
	list_add(&grant->list, &grants);
	grants_count++;
}

static void grant_free(struct grant *grant)
{
	lockdep_assert_held(&grants_lock);

	list_del(&grant->list);
	grants_count--;
	/* VTL0 may have written to it. */
	unpin_user_pages_dirty_lock(&grant->page, 1, true);
	kfree(grant);
}

/*
 * Called after a call, with CPU hotplug held off. @attributes are those that the TDX module
 * returns: of a VM whose valid bit was set, and that had access or gets it. It invalidates
 * translations on no other CPU (Intel's TDX module 1.5.01, tdg_mem_page_attr_wr()).
 */
static void grant_settle(struct grant *grant, u64 asked, u64 mask, u64 attributes)
{
	u64 new = asked & mask;
	u8 before = grant->vms;
	struct invalidation invalidation = { 0 };
	unsigned int vm;

	lockdep_assert_held(&grants_lock);

	for (vm = 1; vm <= TDX_VMS; vm++) {
		if (!(asked & TDX_PAGE_ATTRIBUTES(vm, TDX_PAGE_VALID)))
			continue;
		grant->vms &= ~BIT(vm);
		if (attributes & TDX_PAGE_ATTRIBUTES(vm, TDX_PAGE_ACCESS) &&
		    (before & BIT(vm) || new & TDX_PAGE_ATTRIBUTES(vm, TDX_PAGE_ACCESS)))
			grant->vms |= BIT(vm);
	}
	grant->vms_ever |= grant->vms;
	if (grant->vms)
		return;

	invalidation.vms = grant->vms_ever;
	if (invalidation.vms)
		on_each_cpu(invalidate_here, &invalidation, true);
	if (!invalidation.status)
		grant_free(grant);
}

static void call_locked(struct mshv_tdcall *args, struct grant *grant)
{
	const u64 asked = args->rdx, mask = args->r8;

	lockdep_assert_held(&grants_lock);

	vtl_tdcall_user(args);
	if (grant)
		grant_settle(grant, TDX_STATUS(args->rax) ? 0 : asked, mask, args->rdx);
}

/* Whether an L2 VM may access this page, which another instance of the driver may have allowed. */
static bool page_is_accessible(u64 address)
{
	struct mshv_tdcall args = { .rax = TDG_MEM_PAGE_ATTR_RD, .rcx = address };
	unsigned int vm;

	vtl_tdcall_user(&args);
	for (vm = 1; vm <= TDX_VMS && !TDX_STATUS(args.rax); vm++) {
		if (args.rdx & TDX_PAGE_ATTRIBUTES(vm, TDX_PAGE_ACCESS))
			return true;
	}
	return false;
}

int vtl_tdx_grant_reduce(struct mshv_tdcall *args)
{
	struct grant *grant;
	int ret = -EPERM;

	cpus_read_lock();
	mutex_lock(&grants_lock);
	grant = grant_find(args->rcx);
	if (grant || page_is_accessible(args->rcx)) {
		call_locked(args, grant);
		ret = 0;
	}
	mutex_unlock(&grants_lock);
	cpus_read_unlock();
	return ret;
}

int vtl_tdx_grant_call(struct mshv_tdcall *args, struct page *page)
{
	struct grant *grant, *spare = kzalloc(sizeof(*spare), GFP_KERNEL);
	int ret = 0;

	if (!spare) {
		unpin_user_page(page);
		return -ENOMEM;
	}

	cpus_read_lock();
	mutex_lock(&grants_lock);
	grant = grant_find(page_to_phys(page));
	if (!grant && grants_count < GRANTS_MAX) {
		grant = spare;
		spare = NULL;
		grant_add(grant, page);
	}
	if (grant)
		call_locked(args, grant);
	else
		ret = -ENOSPC;
	mutex_unlock(&grants_lock);
	cpus_read_unlock();

	if (spare) {
		unpin_user_page(page);
		kfree(spare);
	}
	return ret;
}

static void grant_revoke(struct grant *grant)
{
	struct mshv_tdcall args = {
		.rax = TDG_MEM_PAGE_ATTR_WR,
		.rcx = page_to_phys(grant->page),
	};
	unsigned int vm;

	for (vm = 1; vm <= TDX_VMS; vm++) {
		if (!(grant->vms & BIT(vm)))
			continue;
		args.rdx |= TDX_PAGE_ATTRIBUTES(vm, TDX_PAGE_VALID);
		args.r8 |= TDX_PAGE_ATTRIBUTES(vm, TDX_PAGE_ACCESS);
	}
	call_locked(&args, grant);
}

void vtl_tdx_grants_revoke(void)
{
	struct grant *grant, *next;

	mutex_lock(&grants_lock);
	list_for_each_entry_safe(grant, next, &grants, list)
		grant_revoke(grant);
	if (grants_count)
		pr_warn_ratelimited("%u pages of a VMM stay allocated after its last VTL file was closed: the TDX module may still let VTL0 access them\n",
				    grants_count);
	mutex_unlock(&grants_lock);
}

/* A page that VTL0 can still access stays pinned for ever. */
void vtl_tdx_grants_exit(void)
{
	struct grant *grant, *next;

	list_for_each_entry_safe(grant, next, &grants, list)
		kfree(grant);
}
