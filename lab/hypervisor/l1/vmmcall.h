/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The instruction of the hypervisor's side door.
 */
#ifndef _HYPERVISOR_L1_VMMCALL_H
#define _HYPERVISOR_L1_VMMCALL_H

#include <linux/types.h>

#include <asm/cpufeature.h>

#include "control/call.h"

/**
 * door_call() - call the hypervisor
 * @call: one of enum control_call.
 * @rcx:  its first argument.
 * @rdx:  its second.
 *
 * Context: any. The hypervisor must be the lab's.
 * Return: the result.
 */
static inline u64 door_call(u64 call, u64 rcx, u64 rdx)
{
	asm volatile("vmmcall" : "+a" (call)
		     : "b" (CONTROL_MAGIC), "c" (rcx), "d" (rdx) : "memory");
	return call;
}

/**
 * door_is_there() - whether this kernel runs on the lab's hypervisor
 *
 * Without a hypervisor, VMMCALL raises #UD, so CPUID is checked first.
 *
 * Return: whether it is.
 */
static inline bool door_is_there(void)
{
	return boot_cpu_has(X86_FEATURE_HYPERVISOR) &&
	       door_call(CONTROL_PROBE, 0, 0) == CONTROL_MAGIC;
}

#endif /* _HYPERVISOR_L1_VMMCALL_H */
