// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls of the side door about L2.
 *
 * Owns: how an argument is passed to the hypervisor, which accepts it only within one page.
 */
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/io.h>

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
