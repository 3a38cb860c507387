// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Counts the core's calls of the shim's allocators; see scale.h. The linker redirects these
 * calls to this file (--wrap).
 */
#include "scale.h"
#include "shim.h"

struct memory memory;

void *__real_shim_alloc(size_t count, size_t size);
void *__wrap_shim_alloc(size_t count, size_t size);
struct page *__real_alloc_pages_node(int node, gfp_t gfp, unsigned int order);
struct page *__wrap_alloc_pages_node(int node, gfp_t gfp, unsigned int order);

/* Sizes are powers of two, from 8 on, and the two sizes 96 and 192. */
size_t memory_of(size_t size)
{
	size_t taken = 8;

	if (size > 64 && size <= 96)
		return 96;
	if (size > 128 && size <= 192)
		return 192;
	while (taken < size)
		taken *= 2;
	return taken;
}

void *__wrap_shim_alloc(size_t count, size_t size)
{
	memory.asked += count * size;
	memory.taken += memory_of(count * size);
	return __real_shim_alloc(count, size);
}

struct page *__wrap_alloc_pages_node(int node, gfp_t gfp, unsigned int order)
{
	memory.asked += PAGE_SIZE << order;
	memory.taken += PAGE_SIZE << order;
	return __real_alloc_pages_node(node, gfp, order);
}
