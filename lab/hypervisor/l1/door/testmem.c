// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory of L1 for tests: contiguous pages, whose physical address is known.
 *
 * Owns: the blocks of one open file. Must not know: what is put there.
 */
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "../lab_tdx.h"
#include "door.h"

struct block {
	struct list_head list;
	struct page *page;
	unsigned int order;
};

/**
 * testmem_init() - a file without memory
 * @memory: of a new file
 */
void testmem_init(struct testmem *memory)
{
	mutex_init(&memory->lock);
	INIT_LIST_HEAD(&memory->blocks);
}

/**
 * testmem_add() - allocate a block
 * @memory: of the file
 * @pages:  how many, a power of two
 * @gpa:    out: where
 *
 * Return: 0, -EINVAL: not such a number, -ENOMEM.
 */
int testmem_add(struct testmem *memory, u64 pages, u64 *gpa)
{
	struct block *block;

	if (!pages || pages > LAB_TDX_PAGES_MAX || !is_power_of_2(pages))
		return -EINVAL;
	block = kmalloc(sizeof(*block), GFP_KERNEL);
	if (!block)
		return -ENOMEM;
	block->order = ilog2(pages);
	block->page = alloc_pages(GFP_KERNEL | __GFP_ZERO | __GFP_COMP, block->order);
	if (!block->page) {
		kfree(block);
		return -ENOMEM;
	}
	*gpa = page_to_phys(block->page);
	mutex_lock(&memory->lock);
	list_add(&block->list, &memory->blocks);
	mutex_unlock(&memory->lock);
	return 0;
}

static bool holds(const struct block *block, unsigned long first, unsigned long count)
{
	unsigned long start = page_to_pfn(block->page), size = 1UL << block->order;

	return first >= start && count <= size && first - start <= size - count;
}

/**
 * testmem_map() - mmap(); the offset is the physical address
 * @memory: of the file
 * @vma:    the request
 *
 * Return: 0, or -ENXIO if no block of this file has the address.
 */
int testmem_map(struct testmem *memory, struct vm_area_struct *vma)
{
	struct block *block;
	int error = -ENXIO;

	mutex_lock(&memory->lock);
	list_for_each_entry(block, &memory->blocks, list) {
		if (!holds(block, vma->vm_pgoff, vma_pages(vma)))
			continue;
		vm_flags_set(vma, VM_DONTEXPAND | VM_DONTDUMP | VM_DONTCOPY);
		error = remap_pfn_range(vma, vma->vm_start, vma->vm_pgoff,
					vma->vm_end - vma->vm_start, vma->vm_page_prot);
		break;
	}
	mutex_unlock(&memory->lock);
	return error;
}

/**
 * testmem_free() - free all blocks
 * @memory: of a closed file: none of it is mapped, or has an alias of L2
 */
void testmem_free(struct testmem *memory)
{
	struct block *block, *next;

	list_for_each_entry_safe(block, next, &memory->blocks, list) {
		__free_pages(block->page, block->order);
		kfree(block);
	}
}
