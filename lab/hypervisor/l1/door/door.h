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

#endif /* _HYPERVISOR_L1_DOOR_DOOR_H */
