// SPDX-License-Identifier: GPL-2.0-only
/*
 * Implements /dev/vtlirq_bench, the interface for the bench's program, and loads and unloads the
 * module. It binds one edu device, so that no other driver, such as the lab's host, may have bound
 * it before.
 *
 * Owns: the copying of the ioctls' arguments, and the lock for routes, samples and the
 * counting of allocations. BENCH_BARE_* has its own lock, as the driver has.
 */
#include <linux/build_bug.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/uaccess.h>

#include "bench.h"

static_assert(sizeof(struct bench_route) == 16);
static_assert(sizeof(struct bench_sample) == 16);
static_assert(sizeof(struct bench_bare) == 16);
static_assert(sizeof(struct bench_allocations) == 24);

static DEFINE_MUTEX(node_lock);

static long node_set_route(void __user *user_args)
{
	struct bench_route args;
	int error;

	if (copy_from_user(&args, user_args, sizeof(args)))
		return -EFAULT;
	if (args.reserved)
		return -EINVAL;

	mutex_lock(&node_lock);
	error = bench_route_set(&args);
	mutex_unlock(&node_lock);
	if (error)
		return error;
	return copy_to_user(user_args, &args, sizeof(args)) ? -EFAULT : 0;
}

static long node_sample(const void __user *user_args)
{
	struct bench_sample args;
	int error;

	if (copy_from_user(&args, user_args, sizeof(args)))
		return -EFAULT;

	mutex_lock(&node_lock);
	error = bench_sample(&args);
	mutex_unlock(&node_lock);
	return error;
}

static long node_get_count(u64 __user *user_count)
{
	return put_user(bench_route_count(), user_count);
}

static long node_bare_map(struct bench_bare_file *file, void __user *user_args)
{
	struct bench_bare args;
	int error;

	if (copy_from_user(&args, user_args, sizeof(args)))
		return -EFAULT;

	error = bench_bare_map(file, &args);
	if (error)
		return error;
	if (!copy_to_user(user_args, &args, sizeof(args)))
		return 0;
	bench_bare_unmap(file, &args);
	return -EFAULT;
}

static long node_bare_unmap(struct bench_bare_file *file, const void __user *user_args)
{
	struct bench_bare args;

	if (copy_from_user(&args, user_args, sizeof(args)))
		return -EFAULT;
	return bench_bare_unmap(file, &args);
}

static long node_allocations(unsigned int command, void __user *user_args)
{
	struct bench_allocations args;
	int error = 0;

	if (copy_from_user(&args, user_args, sizeof(args)))
		return -EFAULT;

	mutex_lock(&node_lock);
	if (command == BENCH_ALLOCATIONS_START)
		error = bench_allocations_start(args.who);
	else
		bench_allocations_stop(&args);
	mutex_unlock(&node_lock);
	if (error)
		return error;
	return copy_to_user(user_args, &args, sizeof(args)) ? -EFAULT : 0;
}

static long node_ioctl(struct file *filp, unsigned int command, unsigned long argument)
{
	void __user *user_args = (void __user *)argument;

	switch (command) {
	case BENCH_BARE_MAP:
		return node_bare_map(filp->private_data, user_args);
	case BENCH_BARE_UNMAP:
		return node_bare_unmap(filp->private_data, user_args);
	case BENCH_SET_ROUTE:
		return node_set_route(user_args);
	case BENCH_SAMPLE:
		return node_sample(user_args);
	case BENCH_GET_COUNT:
		return node_get_count(user_args);
	case BENCH_ALLOCATIONS_START:
	case BENCH_ALLOCATIONS_STOP:
		return node_allocations(command, user_args);
	default:
		return -ENOTTY;
	}
}

/* Map the registers, so that user code can raise the interrupt by the same write. */
static int map_registers(struct vm_area_struct *area)
{
	struct pci_dev *device = bench_device();

	if (!device)
		return -ENODEV;

	area->vm_page_prot = pgprot_noncached(area->vm_page_prot);
	return io_remap_pfn_range(area, area->vm_start,
				  pci_resource_start(device, 0) >> PAGE_SHIFT, PAGE_SIZE,
				  area->vm_page_prot);
}

static int node_mmap(struct file *filp, struct vm_area_struct *area)
{
	if (area->vm_end - area->vm_start != PAGE_SIZE)
		return -EINVAL;
	return area->vm_pgoff ? -EINVAL : map_registers(area);
}

static int node_open(struct inode *inode, struct file *filp)
{
	filp->private_data = bench_bare_open();
	return filp->private_data ? 0 : -ENOMEM;
}

static int node_release(struct inode *inode, struct file *filp)
{
	bench_bare_close(filp->private_data);
	return 0;
}

static const struct file_operations node_operations = {
	.owner = THIS_MODULE,
	.open = node_open,
	.release = node_release,
	.unlocked_ioctl = node_ioctl,
	.mmap = node_mmap,
	.llseek = noop_llseek,
};

static struct miscdevice node = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "vtlirq_bench",
	.fops = &node_operations,
	.mode = 0600,
};

static int __init bench_init(void)
{
	int error;

	error = bench_domain_create();
	if (error)
		return error;

	error = bench_device_register();
	if (error)
		goto remove_domain;

	error = bench_allocations_init();
	if (error)
		goto unregister_device;

	error = misc_register(&node);
	if (error)
		goto exit_allocations;
	return 0;

exit_allocations:
	bench_allocations_exit();
unregister_device:
	bench_device_unregister();
remove_domain:
	bench_domain_remove();
	return error;
}

static void __exit bench_exit(void)
{
	misc_deregister(&node);
	bench_allocations_exit();
	bench_route_clear();
	bench_device_unregister();
	bench_domain_remove();
}

module_init(bench_init);
module_exit(bench_exit);

MODULE_DESCRIPTION("vtlirq: what an interrupt costs, and a mapping");
MODULE_LICENSE("GPL");
