/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The guest-physical spaces of L2, one for each VM: SVM's nested page tables.
 */
#ifndef _HYPERVISOR_TDX_L2_NPT_H
#define _HYPERVISOR_TDX_L2_NPT_H

#include <linux/types.h>

/* Attributes of a page, as MEM.PAGE.ATTR names them. */
#define PAGE_ATTR_R      0x0001
#define PAGE_ATTR_W      0x0002
#define PAGE_ATTR_X      0x0004
#define PAGE_ATTR_X_USER 0x0008
#define PAGE_ATTR_VALID  0x8000
#define PAGE_ATTR_ALL    0x007f

/* The level of a page of 2 MiB, as MEM.PAGE.ATTR names it. */
#define NPT_LEVEL_2M     1

int npt_create(void);
u64 npt_root(unsigned int vm);
u16 npt_get(unsigned int vm, u64 gpa);
const void *npt_memory(unsigned int vm, u64 gpa);
int npt_set(unsigned int vm, u64 gpa, int level, u16 attributes);
void npt_drop(u64 base, u64 size);
void npt_refresh(u64 base, u64 size);
void npt_clear(void);

#endif /* _HYPERVISOR_TDX_L2_NPT_H */
