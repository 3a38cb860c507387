// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory of L1 by its physical address.
 *
 * Owns: the decision whether an address that L1 names can be touched at all.
 */
#include <linux/errno.h>
#include <linux/io.h>
#include <linux/ioport.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <asm/pgtable.h>

#include "ram.h"

/* What Linux was booted without (memmap=), for L2 to have. */
static ulong l2_base = 0x10000000;
module_param(l2_base, ulong, 0444);
MODULE_PARM_DESC(l2_base, "Where the memory begins that is set aside for L2");

static ulong l2_size = 32 << 20;
module_param(l2_size, ulong, 0444);
MODULE_PARM_DESC(l2_size, "How much memory is set aside for L2");

/* The same, mapped; NULL if none is set aside. Constant after ram_start(). */
static void *l2_memory;

/**
 * ram_start() - map the memory that is set aside for L2, if there is any
 *
 * Context: module init; may sleep.
 * Return: 0 or -ENOMEM.
 */
int ram_start(void)
{
	if (!l2_size || region_intersects(l2_base, l2_size, IORESOURCE_SYSTEM_RAM,
					  IORES_DESC_NONE) != REGION_DISJOINT)
		return 0;
	l2_memory = memremap(l2_base, l2_size, MEMREMAP_WB);
	return l2_memory ? 0 : -ENOMEM;
}

/**
 * ram_stop() - undo ram_start()
 */
void ram_stop(void)
{
	if (l2_memory)
		memunmap(l2_memory);
	l2_memory = NULL;
}

static bool is_set_aside(u64 gpa)
{
	return l2_memory && gpa >= l2_base && gpa < l2_base + l2_size;
}

/**
 * ram_mapped() - where the kernel has a page mapped
 * @gpa: one that ram_at() has found
 *
 * Context: any; takes no lock.
 * Return: the address.
 */
void *ram_mapped(u64 gpa)
{
	return is_set_aside(gpa) ? l2_memory + (gpa - l2_base) : __va(gpa);
}

/**
 * ram_at() - the page of L1 that an address lies in
 * @gpa: any value
 *
 * Memory that the kernel itself cannot write through its direct map (its text,
 * or secret memory) does not count: touching it would end in an oops.
 *
 * Context: any. Takes the lock of the resource tree, so not on a hot path.
 * Return: the address where the kernel has it mapped, or NULL.
 */
void *ram_at(u64 gpa)
{
	unsigned int level;
	pte_t *entry;
	void *place;

	if (is_set_aside(gpa))
		return ram_mapped(gpa);
	if (region_intersects(gpa & PAGE_MASK, PAGE_SIZE, IORESOURCE_SYSTEM_RAM,
			      IORES_DESC_NONE) != REGION_INTERSECTS)
		return NULL;

	place = __va(gpa);
	entry = lookup_address((unsigned long)place, &level);
	if (!entry || !(pte_flags(*entry) & _PAGE_PRESENT) || !(pte_flags(*entry) & _PAGE_RW))
		return NULL;
	return place;
}
