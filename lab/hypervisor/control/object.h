/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a call of the side door names in L1's memory.
 */
#ifndef _HYPERVISOR_CONTROL_OBJECT_H
#define _HYPERVISOR_CONTROL_OBJECT_H

#include "vcpu/gpa.h"

/**
 * control_object() - find an object
 * @gpa:  any value.
 * @size: of the object.
 *
 * Return: where it is, or NULL: all of it must lie in one page of L1's memory. L1 may
 * write to it at any time.
 */
static inline void *control_object(u64 gpa, u64 size)
{
	if (gpa % PAGE_SIZE + size > PAGE_SIZE)
		return NULL;
	return gpa_memory(gpa);
}

#endif /* _HYPERVISOR_CONTROL_OBJECT_H */
