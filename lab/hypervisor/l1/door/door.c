// SPDX-License-Identifier: GPL-2.0-only
/*
 * The module vtlirq_door: TDCALLs for tests, and the hypervisor's side door.
 *
 * Owns: when it can be loaded, and the cost of a call that it prints.
 */
#include <linux/errno.h>
#include <linux/irqflags.h>
#include <linux/module.h>

#include <asm/msr.h>
#include <asm/tsc.h>

#include "../vmmcall.h"
#include "door.h"

/* With a stopped clock, this counts only L1's own instructions. */
static void tell_cost(void)
{
	unsigned long flags;
	u64 begin, end;

	local_irq_save(flags);
	begin = rdtsc();
	door_call(CONTROL_PROBE, 0, 0);
	end = rdtsc();
	local_irq_restore(flags);
	pr_info("vtlirq_door: a call takes %llu ticks of this kernel's clock\n", end - begin);
}

static int __init door_init(void)
{
	if (!door_is_there())
		return -ENODEV;
	tell_cost();
	return node_start();
}

static void __exit door_exit(void)
{
	node_stop();
	door_call(CONTROL_REPORT, 0, 0);
}

module_init(door_init);
module_exit(door_exit);

MODULE_DESCRIPTION("TDCALLs of tests by the instruction, and the lab hypervisor's side door");
MODULE_LICENSE("GPL");
