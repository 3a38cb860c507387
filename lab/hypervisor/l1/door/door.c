// SPDX-License-Identifier: GPL-2.0-only
/*
 * The module vtlirq_door: TDCALLs for tests, and the hypervisor's side door.
 *
 * Owns: when it can be loaded, the cost of a call that it prints, and how an argument is passed to the
 * hypervisor, which accepts it only within one page.
 */
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/irqflags.h>
#include <linux/module.h>

#include <asm/msr.h>
#include <asm/tsc.h>

#include "../vmmcall.h"
#include "door.h"

int services_hook(const struct lab_tdx_hook *hook)
{
	struct lab_tdx_hook *copy = (struct lab_tdx_hook *)get_zeroed_page(GFP_ATOMIC);
	u64 result;

	if (!copy)
		return -ENOMEM;
	*copy = *hook;
	result = door_call(CONTROL_TDX_HOOK, 0, virt_to_phys(copy));
	free_page((unsigned long)copy);
	return result ? -EINVAL : 0;
}

int services_stats(u32 cpu, struct lab_tdx_stats *stats)
{
	return door_call(CONTROL_TDX_STATS, cpu, virt_to_phys(stats)) ? -EINVAL : 0;
}

void services_reset_vcpu(u32 cpu)
{
	door_call(CONTROL_TDX_RESET_VCPU, cpu, 0);
}

void services_reset_vm(void)
{
	door_call(CONTROL_TDX_RESET_VM, 0, 0);
}

int services_set_vms(u32 vms)
{
	return door_call(CONTROL_TDX_SET_VMS, vms, 0) ? -EINVAL : 0;
}

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
