// SPDX-License-Identifier: GPL-2.0-only
/*
 * The TDCALL instruction for tests, and the hypervisor's side door.
 *
 * Owns: what lab/tdx-module's node asks of the module's core, which is in the hypervisor
 * here: the instruction, and calls of the side door.
 */
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/irqflags.h>
#include <linux/module.h>
#include <linux/percpu.h>
#include <linux/slab.h>

#include <asm/msr.h>
#include <asm/tsc.h>

#include "hooks.h"
#include "metadata.h"
#include "node.h"
#include "npt.h"
#include "state.h"
#include "tdcall.h"
#include "tdx.h"
#include "vcpu.h"
#include "vmmcall.h"

/* Copies: what stands in them is the hypervisor's as of the last look. */
DEFINE_PER_CPU(struct vcpu *, vcpus);

void tdx_module_call(struct tdcall_regs *regs)
{
	vtl_tdcall(regs);
}

struct vcpu *vcpu_of(unsigned int cpu)
{
	struct lab_tdx_stats *stats;
	struct vcpu *vcpu;

	if (cpu >= nr_cpu_ids || !cpu_possible(cpu))
		return NULL;
	vcpu = per_cpu(vcpus, cpu);
	stats = (struct lab_tdx_stats *)get_zeroed_page(GFP_KERNEL);
	if (stats && !door_call(CONTROL_TDX_STATS, cpu, virt_to_phys(stats)))
		vcpu->stats = *stats;
	free_page((unsigned long)stats);
	return vcpu;
}

int hook_set(struct vcpu *vcpu, const struct lab_tdx_hook *hook)
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

void vcpu_reset(struct vcpu *vcpu, unsigned int cpu)
{
	door_call(CONTROL_TDX_RESET_VCPU, cpu, 0);
}

/* Both at once: the node asks for one right after the other. */
void npt_clear(void)
{
	door_call(CONTROL_TDX_RESET_VM, 0, 0);
}

void metadata_reset_vm(void)
{
}

void metadata_set_l2_vms(unsigned int vms)
{
	door_call(CONTROL_TDX_SET_VMS, vms, 0);
}

static void free_all(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		kfree(per_cpu(vcpus, cpu));
}

static int allocate_all(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		per_cpu(vcpus, cpu) = kzalloc(sizeof(struct vcpu), GFP_KERNEL);
		if (!per_cpu(vcpus, cpu)) {
			free_all();
			return -ENOMEM;
		}
	}
	return 0;
}

/* With L1's clock stopped meanwhile, it is what L1 itself does: a few instructions. */
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
	int error;

	if (!door_is_there())
		return -ENODEV;
	tell_cost();
	error = allocate_all();
	if (error)
		return error;
	error = node_start();
	if (error)
		free_all();
	return error;
}

static void __exit door_exit(void)
{
	node_stop();
	door_call(CONTROL_REPORT, 0, 0);
	free_all();
}

module_init(door_init);
module_exit(door_exit);

MODULE_DESCRIPTION("TDCALLs of tests by the instruction, and the lab hypervisor's side door");
MODULE_LICENSE("GPL");
