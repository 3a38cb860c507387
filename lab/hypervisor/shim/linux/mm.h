/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory of L1, which has the same address here.
 */
#ifndef _HYPERVISOR_SHIM_MM_H
#define _HYPERVISOR_SHIM_MM_H

#include <linux/types.h>

#include "base/string.h"

#define __va(address) ((void *)(unsigned long)(address))
#define __pa(place)   ((u64)(unsigned long)(place))

#endif /* _HYPERVISOR_SHIM_MM_H */
