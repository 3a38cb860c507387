/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pages.
 */
#ifndef _HYPERVISOR_SHIM_GFP_H
#define _HYPERVISOR_SHIM_GFP_H

#include <linux/errno.h>

#include "base/heap.h"

#define GFP_ATOMIC 0
#define GFP_KERNEL 0

static inline unsigned long get_zeroed_page(int flags)
{
	(void)flags;
	return (unsigned long)heap_page();
}

static inline void free_page(unsigned long page)
{
	heap_page_free((void *)page);
}

#endif /* _HYPERVISOR_SHIM_GFP_H */
