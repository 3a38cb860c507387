/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _HYPERVISOR_SHIM_BITOPS_H
#define _HYPERVISOR_SHIM_BITOPS_H

#include <linux/types.h>

#define __ffs(bits) ((unsigned int)__builtin_ctzl(bits))

/* The compiler's own would be a call of its library. */
static inline unsigned int hweight32(u32 bits)
{
	unsigned int count;

	for (count = 0; bits; bits &= bits - 1)
		count++;
	return count;
}

#endif /* _HYPERVISOR_SHIM_BITOPS_H */
