/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory of L1 for tests.
 */
#ifndef _HYPERVISOR_L1_DOOR_TESTMEM_H
#define _HYPERVISOR_L1_DOOR_TESTMEM_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/types.h>

struct vm_area_struct;

/** struct testmem - what one open file has */
struct testmem {
	/* Guards @blocks. */
	struct mutex lock;
	struct list_head blocks;
};

void testmem_init(struct testmem *memory);
int testmem_add(struct testmem *memory, u64 pages, u64 *gpa);
int testmem_map(struct testmem *memory, struct vm_area_struct *vma);
void testmem_free(struct testmem *memory);

#endif /* _HYPERVISOR_L1_DOOR_TESTMEM_H */
