// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What the portable parts take from the machine: pages, and the end.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/heap.h"
#include "base/print.h"

#define POOL_PAGES 1024

int pages_left = -1;

/* Nothing is given back: all tests together stay below this. */
static u8 pool[POOL_PAGES][PAGE_SIZE] __aligned(4096);
static u32 used;

void *heap_pages(u32 count)
{
	void *pages = pool[used];

	used += count;
	if (used > POOL_PAGES)
		abort();
	return memset(pages, 0, count * PAGE_SIZE);
}

void *heap_page(void)
{
	if (!pages_left)
		return NULL;
	if (pages_left > 0)
		pages_left--;
	return heap_pages(1);
}

void stop(const char *format, ...)
{
	(void)format;
	abort();
}
