/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory of L1 by its physical address.
 */
#ifndef _HYPERVISOR_TDX_L2_RAM_H
#define _HYPERVISOR_TDX_L2_RAM_H

#include <linux/types.h>

#include "tdx/abi.h"

void *ram_mapped(u64 gpa);
/* Memory that L1 has accepted; NULL: it is none, or the page at 0. */
void *ram_at(u64 gpa);
/* The same, of which the page at 0 is no exception. */
bool ram_is_memory(u64 gpa);
/* Memory that L1 has not accepted yet. */
bool ram_is_pending(u64 gpa);
/* Whether it is no memory, but a device that L1 may give away. */
bool ram_is_device(u64 gpa);

/* Whether L1 has it by a page of 2 MiB; and have it by 4 KiB from now on: 0 or -ENOMEM. */
bool ram_is_large(u64 gpa);
int ram_split(u64 gpa);

static inline bool gpa_is_private(u64 gpa)
{
	return gpa < TDX_PRIVATE_GPAS;
}

#endif /* _HYPERVISOR_TDX_L2_RAM_H */
