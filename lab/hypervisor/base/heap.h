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
 * heap_pages() - take pages in a row, which are never given back
 * @count: how many
 *
 * Return: the pages, zeroed. There is no machine without them: failure stops it.
 */
void *heap_pages(u32 count);

/**
 * heap_page() - take a page
 *
 * Return: the page, zeroed, or NULL: there is none left.
 */
void *heap_page(void);

/**
 * heap_page_free() - give it back
 * @page: one of heap_page()
 */
void heap_page_free(void *page);

#endif /* _HYPERVISOR_HEAP_H */
