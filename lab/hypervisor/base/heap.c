// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages for the hypervisor.
 *
 * Owns: the memory that L1 cannot see, and the list of free pages.
 */
#include "base/base.h"
#include "base/machine.h"

/* Protects the variables below. */
static struct lock heap_lock;
/* Memory that was never allocated. */
static u64 heap_next, heap_end;
/* Pages that were freed; the first word of each is the address of the next. */
static u64 *heap_free;

void heap_start(u64 base, u64 size)
{
	heap_next = base;
	heap_end = base + size;
}

static void *take_fresh(u32 count)
{
	u64 place = heap_next;

	if (count * PAGE_SIZE > heap_end - heap_next)
		return NULL;
	heap_next += count * PAGE_SIZE;
	return machine_place(place);
}

static void *take_freed(void)
{
	u64 *page = heap_free;

	if (page)
		heap_free = machine_place(*page);
	return page;
}

void *heap_pages(u32 count)
{
	void *pages;

	lock_take(&heap_lock);
	pages = take_fresh(count);
	lock_drop(&heap_lock);
	if (!pages)
		stop("hypervisor: no memory for %u pages\n", count);
	return memset(pages, 0, count * PAGE_SIZE);
}

void *heap_page(void)
{
	void *page;

	lock_take(&heap_lock);
	page = take_freed();
	if (!page)
		page = take_fresh(1);
	lock_drop(&heap_lock);
	return page ? memset(page, 0, PAGE_SIZE) : NULL;
}

void heap_page_free(void *page)
{
	u64 *word = page;

	lock_take(&heap_lock);
	*word = machine_address(heap_free);
	heap_free = word;
	lock_drop(&heap_lock);
}
