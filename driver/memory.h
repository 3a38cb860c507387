/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which physical memory the VMM may pass to the driver.
 */
#ifndef _MSHV_VTL_MEMORY_H
#define _MSHV_VTL_MEMORY_H

#include <linux/ioport.h>
#include <linux/types.h>

/**
 * vtl_memory_is_foreign() - whether the kernel uses no part of a range of memory
 * @address: untrusted
 * @size:    not 0; untrusted, but @address + @size does not overflow
 *
 * The kernel does not use VTL0's memory. The firmware's map of memory can call that memory
 * reserved, like some that the kernel does use; the two cannot be distinguished. The result may
 * become wrong later, if the kernel hot-adds memory.
 *
 * Context: any.
 * Return: true if no byte of it is System RAM or ACPI's.
 */
static inline bool vtl_memory_is_foreign(u64 address, u64 size)
{
	return region_intersects(address, size, IORESOURCE_SYSTEM_RAM,
				 IORES_DESC_NONE) == REGION_DISJOINT &&
	       region_intersects(address, size, IORESOURCE_MEM,
				 IORES_DESC_ACPI_TABLES) == REGION_DISJOINT &&
	       region_intersects(address, size, IORESOURCE_MEM,
				 IORES_DESC_ACPI_NV_STORAGE) == REGION_DISJOINT;
}

#endif /* _MSHV_VTL_MEMORY_H */
