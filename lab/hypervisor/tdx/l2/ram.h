/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory of L1 by its physical address.
 */
#ifndef _HYPERVISOR_TDX_L2_RAM_H
#define _HYPERVISOR_TDX_L2_RAM_H

#include <linux/types.h>

#include "tdx/abi.h"

int ram_start(void);
void ram_stop(void);
void *ram_mapped(u64 gpa);
void *ram_at(u64 gpa);

static inline bool gpa_is_private(u64 gpa)
{
	return gpa < TDX_PRIVATE_GPAS;
}

#endif /* _HYPERVISOR_TDX_L2_RAM_H */
