/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which physical memory the VMM may name.
 */
#ifndef _MSHV_VTL_MEMORY_H
#define _MSHV_VTL_MEMORY_H

#include <linux/ioport.h>
#include <linux/types.h>

/**
 * vtl_memory_is_foreign() - does the kernel manage none of this memory?
 * @address: untrusted
 * @size:    not 0; untrusted, but @address + @size does not overflow
 *
 * VTL0's memory is none of the kernel's. What the kernel has hot-added since is
 * not known to a caller that asked before.
 *
 * Context: any.
 * Return: true if no byte of it is System RAM.
 */
static inline bool vtl_memory_is_foreign(u64 address, u64 size)
{
	return region_intersects(address, size, IORESOURCE_SYSTEM_RAM,
				 IORES_DESC_NONE) == REGION_DISJOINT;
}

#endif /* _MSHV_VTL_MEMORY_H */
