// SPDX-License-Identifier: GPL-2.0-only
/*
 * MSHV_ADD_VTL0_MEMORY: creates a struct page for each page of a range of VTL0's
 * memory, and maps the range into the kernel's address space, cached. The kernel does
 * not allocate from this memory (ZONE_DEVICE).
 *
 * Owns: the ranges that were added. They are kept until module exit, since VTL0's
 * memory does not change; a VMM that starts again adds them again, without effect.
 */
#include <linux/capability.h>
#include <linux/cc_platform.h>
#include <linux/list.h>
#include <linux/lockdep.h>
#include <linux/memory_hotplug.h>
#include <linux/memremap.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/mutex.h>
#include <linux/pfn.h>
#include <linux/range.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/mshv_vtl.h>

#include "memory.h"
#include "vtl0_memory.h"

#define MEMORY_SHARED	(MSHV_VTL_LOW_SHARED >> PAGE_SHIFT)

/* The kernel creates struct pages for 2 MiB at a time, which form one folio. */
#define MEMORY_ORDER	(PMD_SHIFT - PAGE_SHIFT)

static_assert(MSHV_ADD_VTL0_MEMORY == 0x4010b821);
static_assert(PAGES_PER_SUBSECTION == 1UL << MEMORY_ORDER);

/* @pagemap is last because it ends with an array. */
struct memory_range {
	struct list_head node;
	struct dev_pagemap pagemap;
};

/* Protects the list; held while a range is added, so that no other task sees a part. */
static DEFINE_MUTEX(memory_lock);
static LIST_HEAD(memory_ranges);

static bool memory_is_allowed(u64 first, u64 end)
{
	struct range possible = mhp_get_pluggable_range(true);

	return first < end && !((first | end) & (PAGES_PER_SUBSECTION - 1)) &&
	       first >= PHYS_PFN(possible.start) && end <= PHYS_PFN(possible.end) + 1 &&
	       vtl_memory_is_foreign(PFN_PHYS(first), PFN_PHYS(end - first));
}

/* Return: 1: all of the range was added before; 0: no part of it; -EEXIST: a part. */
static int memory_find_locked(u64 start, u64 last)
{
	const struct memory_range *range;
	u64 first, end, there = 0;

	lockdep_assert_held(&memory_lock);

	/* No two ranges overlap. */
	list_for_each_entry(range, &memory_ranges, node) {
		first = max(start, range->pagemap.range.start);
		end = min(last, range->pagemap.range.end);
		if (first <= end)
			there += end - first + 1;
	}
	if (!there)
		return 0;
	return there == last - start + 1 ? 1 : -EEXIST;
}

static int memory_add_locked(u64 start, u64 last)
{
	struct memory_range *range;
	void *place;

	range = kzalloc(sizeof(*range), GFP_KERNEL);
	if (!range)
		return -ENOMEM;

	range->pagemap.type = MEMORY_DEVICE_GENERIC;
	range->pagemap.range.start = start;
	range->pagemap.range.end = last;
	range->pagemap.nr_range = 1;
	range->pagemap.vmemmap_shift = MEMORY_ORDER;
	place = memremap_pages(&range->pagemap, NUMA_NO_NODE);
	if (IS_ERR(place)) {
		kfree(range);
		return PTR_ERR(place);
	}

	list_add(&range->node, &memory_ranges);
	return 0;
}

long vtl_vtl0_memory_add(const struct mshv_vtl0_memory __user *user_args)
{
	struct mshv_vtl0_memory args;
	bool shared;
	u64 start, last;
	int ret;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (copy_from_user(&args, user_args, sizeof(args)))
		return -EFAULT;
	shared = args.start_pfn & MEMORY_SHARED;
	args.start_pfn &= ~MEMORY_SHARED;
	if (!memory_is_allowed(args.start_pfn, args.end_pfn))
		return -EINVAL;
	/* Linux maps such memory as private, and has no option to share it. */
	if (shared && cc_platform_has(CC_ATTR_MEM_ENCRYPT))
		return -EOPNOTSUPP;

	start = PFN_PHYS(args.start_pfn);
	last = PFN_PHYS(args.end_pfn) - 1;
	mutex_lock(&memory_lock);
	ret = memory_find_locked(start, last);
	if (!ret)
		ret = memory_add_locked(start, last);
	mutex_unlock(&memory_lock);
	return min(ret, 0);
}

void vtl_vtl0_memory_exit(void)
{
	struct memory_range *range, *next;

	list_for_each_entry_safe(range, next, &memory_ranges, node) {
		memunmap_pages(&range->pagemap);
		kfree(range);
	}
}
