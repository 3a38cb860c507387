/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The side door for tests.
 */
#ifndef _HYPERVISOR_CONTROL_CONTROL_H
#define _HYPERVISOR_CONTROL_CONTROL_H

#include <linux/types.h>

#include "control/call.h"
#include "vcpu/gpa.h"

struct l1_cpu;

/**
 * control_handle() - handle VMMCALL of L1 at CPL 0
 * @l1: of this CPU.
 *
 * Return: whether it was a call of the side door; it has been carried out then.
 */
bool control_handle(struct l1_cpu *l1);

/**
 * host_call() - CONTROL_HOST
 * @number: of the ioctl; any value.
 * @gpa:    of its argument; any value.
 *
 * Return: 0, a positive errno, or CONTROL_FAILED: there is no such call, or no such
 * memory.
 */
u64 host_call(u64 number, u64 gpa);

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

#endif /* _HYPERVISOR_CONTROL_CONTROL_H */
