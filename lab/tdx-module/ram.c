// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory of L1 by its physical address.
 *
 * Owns: the decision whether an address that L1 names can be touched at all.
 */
#include <linux/ioport.h>
#include <linux/mm.h>
#include <asm/pgtable.h>

#include "ram.h"

/**
 * ram_at() - the page of L1 that an address lies in
 * @gpa: any value
 *
 * Memory that the kernel itself cannot write through its direct map (its text,
 * or secret memory) does not count: touching it would end in an oops.
 *
 * Context: any. Takes the lock of the resource tree, so not on a hot path.
 * Return: the address in the direct map, or NULL.
 */
void *ram_at(u64 gpa)
{
	unsigned int level;
	pte_t *entry;
	void *place;

	if (region_intersects(gpa & PAGE_MASK, PAGE_SIZE, IORESOURCE_SYSTEM_RAM,
			      IORES_DESC_NONE) != REGION_INTERSECTS)
		return NULL;

	place = __va(gpa);
	entry = lookup_address((unsigned long)place, &level);
	if (!entry || !(pte_flags(*entry) & _PAGE_PRESENT) || !(pte_flags(*entry) & _PAGE_RW))
		return NULL;
	return place;
}
