/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The host by hand: what of l1/lab_host.h is served below the kernel.
 */
#ifndef _HYPERVISOR_CONTROL_HOST_CALL_H
#define _HYPERVISOR_CONTROL_HOST_CALL_H

#include <linux/types.h>

/**
 * host_call() - CONTROL_HOST
 * @number: of the ioctl; any value.
 * @gpa:    of its argument; any value.
 *
 * Return: 0, a positive errno, or CONTROL_FAILED: there is no such call, or no such
 * memory.
 */
u64 host_call(u64 number, u64 gpa);

#endif /* _HYPERVISOR_CONTROL_HOST_CALL_H */
