/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The calls of the hypervisor's side door, which tests in L1 make: VMMCALL with
 * CONTROL_MAGIC in RBX, the call in RAX, and its arguments in RCX and RDX. The result
 * comes in RAX. No guest needs to know of it.
 *
 * Only numbers: L1's module includes it too.
 */
#ifndef _HYPERVISOR_CONTROL_CALL_H
#define _HYPERVISOR_CONTROL_CALL_H

#define CONTROL_MAGIC 0x766f7274746c7631ULL

enum control_call {
	/* Counters of all CPUs go into the log. */
	CONTROL_REPORT,
	/* Test whether the side door exists: the result is CONTROL_MAGIC. */
	CONTROL_PROBE,
	/* RDX: the address of a struct lab_tdx_hook, for this CPU's L2 VCPU. */
	CONTROL_TDX_HOOK,
	/* RCX: a CPU; RDX: where its struct lab_tdx_stats goes. */
	CONTROL_TDX_STATS,
	/* RCX: a CPU, whose L2 VCPUs are reset. It must not run L2 now. */
	CONTROL_TDX_RESET_VCPU,
	/* RCX: how many L2 VMs there are from now on. */
	CONTROL_TDX_SET_VMS,
	/* Remove all of L2's aliases, and reset the partition's fields. */
	CONTROL_TDX_RESET_VM,
	/*
	 * RCX: the number of an ioctl of l1/lab_host.h that the host serves;
	 * RDX: its argument, in one page. In it, @device is a PCI function: bus << 8 | devfn.
	 * The result is 0 or a positive errno, as that header says.
	 */
	CONTROL_HOST,
	/* Take this CPU offline until L1 wakes it through ACPI's mailbox. */
	CONTROL_PARK,
};

/* The result of a call that has failed. */
#define CONTROL_FAILED (~0ULL)

#endif /* _HYPERVISOR_CONTROL_CALL_H */
