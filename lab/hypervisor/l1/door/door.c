// SPDX-License-Identifier: GPL-2.0-only
/*
 * The module vtlirq_door: /dev/vtlirq_lab_tdx, the interface for tests: TDCALLs, and the
 * hypervisor's side door.
 *
 * Owns: when it can be loaded, and the cost of a call that it prints; how an argument is passed to
 * the hypervisor, which accepts it only within one page; and the ioctls of lab_tdx.h: it copies
 * arguments in and out. Must not know: what a call does.
 */
#include <linux/cpu.h>
#include <linux/cpumask.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/irqflags.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/uaccess.h>

#include <asm/msr.h>
#include <asm/tsc.h>

#include "../lab_tdx.h"
#include "../vmmcall.h"
#include "door.h"

/* ---- Requests of tests to the L2 services besides TDCALLs ---- */

/**
 * services_hook() - set a hook for the L2 VCPUs of this CPU
 * @hook: the hook; any values.
 *
 * Context: preemption off.
 * Return: 0; -EINVAL: there is no such hook; -ENOMEM.
 */
static int services_hook(const struct lab_tdx_hook *hook)
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

/**
 * services_stats() - read the counters of the L2 VCPUs of a CPU
 * @cpu:   the CPU; any value.
 * @stats: out; it must not cross a page.
 *
 * Return: 0, or -EINVAL: there is no such CPU.
 */
static int services_stats(u32 cpu, struct lab_tdx_stats *stats)
{
	return door_call(CONTROL_TDX_STATS, cpu, virt_to_phys(stats)) ? -EINVAL : 0;
}

/**
 * services_reset_vcpu() - reset the L2 VCPUs of a CPU
 * @cpu: the CPU, which runs no L2 now.
 */
static void services_reset_vcpu(u32 cpu)
{
	door_call(CONTROL_TDX_RESET_VCPU, cpu, 0);
}

/**
 * services_reset_vm() - remove all aliases of L2, and reset the partition's fields
 */
static void services_reset_vm(void)
{
	door_call(CONTROL_TDX_RESET_VM, 0, 0);
}

/**
 * services_set_vms() - set the number of L2 VMs
 * @vms: the number; any value.
 *
 * Return: 0, or -EINVAL: too many.
 */
static int services_set_vms(u32 vms)
{
	return door_call(CONTROL_TDX_SET_VMS, vms, 0) ? -EINVAL : 0;
}

/* ---- The node ---- */

/* Calls share each CPU's L2 VCPUs and test interrupts; a reset needs all of them idle. */
static DEFINE_MUTEX(node_lock);

static_assert(sizeof(struct lab_tdx_hook) == 48);
static_assert(sizeof(struct lab_tdx_memory) == 16);
static_assert(sizeof(struct lab_tdx_stats) <= PAGE_SIZE);
static_assert(sizeof(struct lab_tdx_call) == 15 * 8 + 14 * 8 + 6 * 4);

static void reset_here(void *unused)
{
	services_reset_vcpu(smp_processor_id());
}

static void reset_vm(void)
{
	unsigned int cpu;

	cpus_read_lock();
	for_each_possible_cpu(cpu)
		if (cpu_online(cpu))
			smp_call_function_single(cpu, reset_here, NULL, 1);
		else
			services_reset_vcpu(cpu);
	services_reset_vm();
	cpus_read_unlock();
}

static long node_call(void __user *argument)
{
	struct lab_tdx_call *call = memdup_user(argument, sizeof(*call));
	long error;

	if (IS_ERR(call))
		return PTR_ERR(call);
	error = testcall(call);
	if (!error && copy_to_user(argument, call, sizeof(*call)))
		error = -EFAULT;
	kfree(call);
	return error;
}

static long node_alloc(struct testmem *memory, void __user *argument)
{
	struct lab_tdx_memory asked;
	int error;

	if (copy_from_user(&asked, argument, sizeof(asked)))
		return -EFAULT;
	error = testmem_add(memory, asked.pages, &asked.gpa);
	if (error)
		return error;
	return copy_to_user(argument, &asked, sizeof(asked)) ? -EFAULT : 0;
}

struct hook_request {
	struct lab_tdx_hook hook;
	int error;
};

static void set_hook_here(void *argument)
{
	struct hook_request *request = argument;

	request->error = services_hook(&request->hook);
}

static long node_hook(void __user *argument)
{
	struct hook_request request;

	if (copy_from_user(&request.hook, argument, sizeof(request.hook)))
		return -EFAULT;
	if (request.hook.cpu >= nr_cpu_ids ||
	    smp_call_function_single(request.hook.cpu, set_hook_here, &request, 1))
		return -ENXIO;
	return request.error;
}

static long node_stats(void __user *argument)
{
	struct lab_tdx_get_stats __user *to = argument;
	struct lab_tdx_get_stats asked;
	struct lab_tdx_stats *stats;
	long error;

	if (copy_from_user(&asked, argument, offsetof(struct lab_tdx_get_stats, stats)))
		return -EFAULT;
	if (asked.reserved)
		return -EINVAL;
	stats = (struct lab_tdx_stats *)get_zeroed_page(GFP_KERNEL);
	if (!stats)
		return -ENOMEM;
	error = services_stats(asked.cpu, stats);
	if (!error && copy_to_user(&to->stats, stats, sizeof(*stats)))
		error = -EFAULT;
	free_page((unsigned long)stats);
	return error;
}

static long node_reset_vcpu(void __user *argument)
{
	u32 cpu;

	if (copy_from_user(&cpu, argument, sizeof(cpu)))
		return -EFAULT;
	if (cpu >= nr_cpu_ids || smp_call_function_single(cpu, reset_here, NULL, 1))
		return -ENXIO;
	return 0;
}

static long node_set_vms(void __user *argument)
{
	u32 vms;

	if (copy_from_user(&vms, argument, sizeof(vms)))
		return -EFAULT;
	return services_set_vms(vms);
}

static long node_dispatch(struct testmem *memory, unsigned int command, void __user *argument)
{
	switch (command) {
	case LAB_TDX_CALL:
		return node_call(argument);
	case LAB_TDX_ALLOC:
		return node_alloc(memory, argument);
	case LAB_TDX_HOOK:
		return node_hook(argument);
	case LAB_TDX_GET_STATS:
		return node_stats(argument);
	case LAB_TDX_RESET_VCPU:
		return node_reset_vcpu(argument);
	case LAB_TDX_RESET_VM:
		reset_vm();
		return 0;
	case LAB_TDX_SET_VMS:
		return node_set_vms(argument);
	default:
		return -ENOTTY;
	}
}

static long node_ioctl(struct file *file, unsigned int command, unsigned long argument)
{
	long ret;

	if (mutex_lock_interruptible(&node_lock))
		return -ERESTARTSYS;
	ret = node_dispatch(file->private_data, command, (void __user *)argument);
	mutex_unlock(&node_lock);
	return ret;
}

static int node_mmap(struct file *file, struct vm_area_struct *vma)
{
	return testmem_map(file->private_data, vma);
}

static int node_open(struct inode *inode, struct file *file)
{
	struct testmem *memory = kzalloc(sizeof(*memory), GFP_KERNEL);

	if (!memory)
		return -ENOMEM;
	testmem_init(memory);
	file->private_data = memory;
	return nonseekable_open(inode, file);
}

/* L2 may have aliases of the file's memory, or its virtual APIC there: reset everything. */
static int node_release(struct inode *inode, struct file *file)
{
	struct testmem *memory = file->private_data;

	mutex_lock(&node_lock);
	if (!list_empty(&memory->blocks))
		reset_vm();
	mutex_unlock(&node_lock);
	testmem_free(memory);
	kfree(memory);
	return 0;
}

static const struct file_operations node_operations = {
	.owner = THIS_MODULE,
	.open = node_open,
	.release = node_release,
	.mmap = node_mmap,
	.unlocked_ioctl = node_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.llseek = noop_llseek,
};

static struct miscdevice node = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "vtlirq_lab_tdx",
	.fops = &node_operations,
	.mode = 0600,
};

/* ---- The module ---- */

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
	return misc_register(&node);
}

static void __exit door_exit(void)
{
	misc_deregister(&node);
	door_call(CONTROL_REPORT, 0, 0);
}

module_init(door_init);
module_exit(door_exit);

MODULE_DESCRIPTION("TDCALLs of tests by the instruction, and the lab hypervisor's side door");
MODULE_LICENSE("GPL");
