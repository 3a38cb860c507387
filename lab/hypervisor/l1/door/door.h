/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The interfaces between the parts of the module vtlirq_door.
 */
#ifndef _HYPERVISOR_L1_DOOR_DOOR_H
#define _HYPERVISOR_L1_DOOR_DOOR_H

#include <linux/hrtimer.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/types.h>
#include <linux/version.h>

#include "../lab_tdx.h"

/* Differences between Linux 6.1, 6.12 and 7.x. */

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 13, 0)
static inline void hrtimer_setup(struct hrtimer *timer,
				 enum hrtimer_restart (*function)(struct hrtimer *timer),
				 clockid_t clock, enum hrtimer_mode mode)
{
	hrtimer_init(timer, clock, mode);
	timer->function = function;
}
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
static inline void vm_flags_set(struct vm_area_struct *vma, vm_flags_t flags)
{
	vma->vm_flags |= flags;
}
#endif

/* node.c: /dev/vtlirq_lab_tdx. */

int node_start(void);
void node_stop(void);

/* tdcall.S: the instruction. */

/**
 * door_tdcall() - execute TDCALL
 * @regs: the general registers but RSP, in and out
 *
 * Context: interrupts off. Not instrumented: a tracer may rely on RBP.
 */
void door_tdcall(struct lab_tdx_regs *regs);

/* testcall.c: a test's TDCALL, which leaves the kernel as it was. */

int testcall(struct lab_tdx_call *call);

/* testmem.c: memory of L1 for tests. */

/** struct testmem - the memory of one open file */
struct testmem {
	/* Protects @blocks. */
	struct mutex lock;
	struct list_head blocks;
};

void testmem_init(struct testmem *memory);
int testmem_add(struct testmem *memory, u64 pages, u64 *gpa);
int testmem_map(struct testmem *memory, struct vm_area_struct *vma);
void testmem_free(struct testmem *memory);

/* door.c: requests of tests to the L2 services besides TDCALLs. */

/**
 * services_hook() - set a hook for the L2 VCPUs of this CPU
 * @hook: the hook; any values.
 *
 * Context: preemption off.
 * Return: 0; -EINVAL: there is no such hook; -ENOMEM.
 */
int services_hook(const struct lab_tdx_hook *hook);

/**
 * services_stats() - read the counters of the L2 VCPUs of a CPU
 * @cpu:   the CPU; any value.
 * @stats: out; it must not cross a page.
 *
 * Return: 0, or -EINVAL: there is no such CPU.
 */
int services_stats(u32 cpu, struct lab_tdx_stats *stats);

/**
 * services_reset_vcpu() - reset the L2 VCPUs of a CPU
 * @cpu: the CPU, which runs no L2 now.
 */
void services_reset_vcpu(u32 cpu);

/**
 * services_reset_vm() - remove all aliases of L2, and reset the partition's fields
 */
void services_reset_vm(void);

/**
 * services_set_vms() - set the number of L2 VMs
 * @vms: the number; any value.
 *
 * Return: 0, or -EINVAL: too many.
 */
int services_set_vms(u32 vms);

#endif /* _HYPERVISOR_L1_DOOR_DOOR_H */
