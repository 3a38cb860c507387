/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pages for the hypervisor.
 */
#ifndef _HYPERVISOR_HEAP_H
#define _HYPERVISOR_HEAP_H

#include <linux/types.h>

/**
 * heap_start() - give the heap its memory
 * @base: its first byte, at a page's boundary
 * @size: how many bytes, whole pages
 *
 * Context: before anything else of the heap.
 */
void heap_start(u64 base, u64 size);

/**
 * heap_pages() - allocate contiguous pages, which are never freed
 * @count: how many
 *
 * Return: the pages, zeroed. On failure the machine stops.
 */
void *heap_pages(u32 count);

/**
 * heap_page() - allocate a page
 *
 * Return: the page, zeroed, or NULL: there is none left.
 */
void *heap_page(void);

/**
 * heap_page_free() - free a page
 * @page: from heap_page()
 */
void heap_page_free(void *page);

#endif /* _HYPERVISOR_HEAP_H */
