/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory of L1 by its physical address.
 */
#ifndef _LAB_TDX_RAM_H
#define _LAB_TDX_RAM_H

#include <linux/types.h>

void *ram_at(u64 gpa);

static inline bool gpa_is_private(u64 gpa)
{
	return !(gpa >> 47);
}

#endif /* _LAB_TDX_RAM_H */
