// SPDX-License-Identifier: GPL-2.0-only
/*
 * The interface to user space: /dev/mshv, the VTL file, ioctls, mmap.
 *
 * This file checks the form of what user space passes (size, padding, known
 * command); the part of the driver that uses a value checks the value. Knows
 * nothing of vectors.
 */
#define pr_fmt(fmt) "mshv_vtl: " fmt

#include <linux/anon_inodes.h>
#include <linux/build_bug.h>
#include <linux/cpu.h>
#include <linux/cpumask.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/nospec.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/mshv_vtl.h>

#include "files.h"
#include "host.h"
#include "nodes.h"
#include "platform.h"
#include "poll.h"
#include "redirect.h"
#include "run_page.h"
#include "synic.h"
#include "sysfs.h"
#include "vectors.h"
#include "vtl0_memory.h"
#include "vtl0_run.h"

/* A page offset is kind << 16 | VP. */
#define PAGE_INDEX_KIND_SHIFT	16

static_assert(MSHV_CHECK_EXTENSION == 0x4004b800);
static_assert(MSHV_CREATE_VTL == 0x8001b81d);
static_assert(MSHV_MAP_REDIRECTED_DEVICE_INTERRUPT == 0xc010b839);
static_assert(MSHV_RETURN_TO_LOWER_VTL == 0x0000b827);
static_assert(MSHV_SET_POLL_FILE == 0x4008b825);
static_assert(MSHV_KICK_CPUS == 0x4018b838);
static_assert(MSHV_GET_VP_INTERRUPTS == 0xc030b8e0);
static_assert(sizeof(struct mshv_map_device_intr) == 16);

/**
 * struct vtl_file - an open VTL file
 * @redirect: the references that it holds
 * @runs:     it has run VTL0, so CPU hotplug is disabled until it is closed
 */
struct vtl_file {
	struct redirect_file redirect;
	bool runs;
};

static long vtl_map(struct vtl_file *file, struct mshv_map_device_intr *args,
		    struct mshv_map_device_intr __user *user_args)
{
	u32 vector;
	int ret;

	ret = vtl_redirect_map(&file->redirect, args->vector, args->apic_id,
			       &vector);
	if (ret)
		return ret;

	args->vector = vector;
	if (!copy_to_user(user_args, args, sizeof(*args)))
		return 0;

	/* A caller that does not know the vector could never unmap it. */
	vtl_redirect_unmap(&file->redirect, vector, args->apic_id);
	return -EFAULT;
}

static long vtl_ioctl_map(struct vtl_file *file,
			  struct mshv_map_device_intr __user *user_args)
{
	struct mshv_map_device_intr args;

	if (copy_from_user(&args, user_args, sizeof(args)))
		return -EFAULT;
	if (memchr_inv(args.padding, 0, sizeof(args.padding)))
		return -EINVAL;

	switch (args.create_mapping) {
	case 0:
		return vtl_redirect_unmap(&file->redirect, args.vector,
				      args.apic_id);
	case 1:
		return vtl_map(file, &args, user_args);
	default:
		return -EINVAL;
	}
}

/*
 * The thread that runs a VP is bound to its CPU. If that CPU went offline, the scheduler
 * would move the thread before any driver could object, and the VP could not run again.
 */
static void vtl_hotplug_disable(struct vtl_file *file)
{
	if (!vtl_platform_available() || xchg(&file->runs, true))
		return;
	cpu_hotplug_disable();
	pr_info_ratelimited("CPU hotplug is disabled while a VMM runs VTL0\n");
}

static long vtl_ioctl_run(struct vtl_file *file)
{
	if (unlikely(!READ_ONCE(file->runs)))
		vtl_hotplug_disable(file);
	return vtl_vtl0_run();
}

static long vtl_ioctl_set_poll_file(struct vtl_file *file,
				    struct mshv_set_poll_file __user *user_args)
{
	struct mshv_set_poll_file args;

	if (copy_from_user(&args, user_args, sizeof(args)))
		return -EFAULT;
	return vtl_poll_set(file, current->files, args.cpu, args.fd);
}

static long vtl_ioctl_kick_cpus(struct mshv_kick_cpus __user *user_args)
{
	struct mshv_kick_cpus args;

	if (copy_from_user(&args, user_args, sizeof(args)))
		return -EFAULT;
	if (args.flags & ~(MSHV_KICK_CPUS_WAIT | MSHV_KICK_CPUS_CANCEL))
		return -EINVAL;
	return vtl_vtl0_kick(u64_to_user_ptr(args.mask), args.len,
			  args.flags & MSHV_KICK_CPUS_WAIT,
			  args.flags & MSHV_KICK_CPUS_CANCEL);
}

/* Fills in @args without the counts; -EINVAL if there is no such VP. */
static int vp_interrupts_fill(struct mshv_vp_interrupts *args, unsigned int vp)
{
	struct redirect_vectors vectors;
	struct synic_stats proxied;

	if (!vtl_redirect_vectors_get(vp, &vectors))
		return -EINVAL;
	vtl_synic_stats_get(vp, &proxied);

	args->blocked = vectors.blocked + proxied.blocked;
	args->apic_id = vtl_cpu_hardware_id(vp);
	args->quota = vectors.quota;
	args->mapped = vectors.mapped;
	args->quarantined = vectors.quarantined;
	return 0;
}

static int vp_interrupts_counts(const struct mshv_vp_interrupts *args,
				unsigned int vp)
{
	struct mshv_vector_counts *counts;
	int ret = 0;

	if (!args->counts_len)
		return 0;
	counts = kcalloc(args->counts_len, sizeof(*counts), GFP_KERNEL_ACCOUNT);
	if (!counts)
		return -ENOMEM;

	vtl_redirect_counts_get(vp, args->counts_first, args->counts_len, counts);
	vtl_synic_counts_get(vp, args->counts_first, args->counts_len, counts);
	if (copy_to_user(u64_to_user_ptr(args->counts), counts,
			 args->counts_len * sizeof(*counts)))
		ret = -EFAULT;
	kfree(counts);
	return ret;
}

static bool vp_interrupts_are_valid(struct mshv_vp_interrupts *args)
{
	if (args->vp >= nr_cpu_ids || args->reserved ||
	    args->counts_first > REDIRECT_VECTORS ||
	    args->counts_len > REDIRECT_VECTORS - args->counts_first)
		return false;

	args->vp = array_index_nospec(args->vp, nr_cpu_ids);
	args->counts_first = array_index_nospec(args->counts_first, REDIRECT_VECTORS);
	return true;
}

static long vtl_ioctl_get_vp_interrupts(struct mshv_vp_interrupts __user *user_args)
{
	struct mshv_vp_interrupts args;
	int ret;

	if (copy_from_user(&args, user_args, sizeof(args)))
		return -EFAULT;
	if (!vp_interrupts_are_valid(&args))
		return -EINVAL;

	ret = vp_interrupts_fill(&args, args.vp);
	if (!ret)
		ret = vp_interrupts_counts(&args, args.vp);
	if (ret)
		return ret;
	return copy_to_user(user_args, &args, sizeof(args)) ? -EFAULT : 0;
}

static long vtl_ioctl(struct file *filp, unsigned int command,
		      unsigned long arg)
{
	struct vtl_file *file = filp->private_data;

	switch (command) {
	case MSHV_MAP_REDIRECTED_DEVICE_INTERRUPT:
		return vtl_ioctl_map(file, (void __user *)arg);
	case MSHV_RETURN_TO_LOWER_VTL:
		return vtl_ioctl_run(file);
	case MSHV_SET_POLL_FILE:
		return vtl_ioctl_set_poll_file(file, (void __user *)arg);
	case MSHV_KICK_CPUS:
		return vtl_ioctl_kick_cpus((void __user *)arg);
	case MSHV_GET_VP_INTERRUPTS:
		return vtl_ioctl_get_vp_interrupts((void __user *)arg);
	case MSHV_ADD_VTL0_MEMORY:
		return vtl_vtl0_memory_add((void __user *)arg);
	default:
		return vtl_platform()->ioctl(command, (void __user *)arg);
	}
}

static vm_fault_t vtl_fault(struct vm_fault *fault)
{
	unsigned long kind = fault->pgoff >> PAGE_INDEX_KIND_SHIFT;
	unsigned long cpu = fault->pgoff & GENMASK(PAGE_INDEX_KIND_SHIFT - 1, 0);
	struct page *page;

	if (kind == MSHV_VTL_PAGE_RUN)
		page = vtl_vp_run_page_get(cpu);
	else
		page = vtl_platform()->page_get(kind, cpu);
	if (!page)
		return VM_FAULT_SIGBUS;
	/* Out of memory: the kernel frees some, and repeats the access. */
	if (IS_ERR(page))
		return VM_FAULT_OOM;

	fault->page = page;
	return 0;
}

static const struct vm_operations_struct vtl_vm_ops = {
	.fault = vtl_fault,
};

static int vtl_mmap(struct file *filp, struct vm_area_struct *vma)
{
	/* A private copy would not receive interrupts. */
	if (!(vma->vm_flags & VM_SHARED))
		return -EINVAL;

	vma->vm_ops = &vtl_vm_ops;
	return 0;
}

/*
 * A poll file may hold a reference to the VTL file (a socket that it was sent to, a ring
 * that it is registered with), so that neither would ever be released. Therefore a
 * process that exits drops the poll files that it has set. close() alone does not drop
 * them: another descriptor of the same file may be open.
 */
static int vtl_flush(struct file *filp, fl_owner_t process)
{
	if (current->flags & PF_EXITING)
		vtl_poll_drop(filp->private_data, process);
	return 0;
}

static int vtl_release(struct inode *inode, struct file *filp)
{
	struct vtl_file *file = filp->private_data;

	vtl_poll_drop(file, NULL);
	vtl_redirect_file_release(&file->redirect);
	vtl_platform()->file_release();
	if (file->runs)
		cpu_hotplug_enable();
	kfree(file);
	return 0;
}

static const struct file_operations vtl_fops = {
	.owner = THIS_MODULE,
	.flush = vtl_flush,
	.release = vtl_release,
	.unlocked_ioctl = vtl_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.mmap = vtl_mmap,
	.llseek = noop_llseek,
};

/* Installs a VTL file for @file; after an error the caller still owns @file. */
static int vtl_file_install(struct vtl_file *file)
{
	struct file *filp;
	int fd;

	fd = get_unused_fd_flags(O_CLOEXEC);
	if (fd < 0)
		return fd;

	filp = anon_inode_getfile("mshv_vtl", &vtl_fops, file, O_RDWR);
	if (IS_ERR(filp)) {
		put_unused_fd(fd);
		return PTR_ERR(filp);
	}

	fd_install(fd, filp);
	return fd;
}

static long mshv_ioctl_create_vtl(void)
{
	struct vtl_file *file;
	int ret;

	file = kzalloc(sizeof(*file), GFP_KERNEL_ACCOUNT);
	if (!file)
		return -ENOMEM;

	ret = vtl_redirect_file_init(&file->redirect);
	if (ret)
		goto free_file;

	vtl_platform()->file_open();
	ret = vtl_file_install(file);
	if (ret < 0)
		goto release;
	return ret;

release:
	vtl_platform()->file_release();
	vtl_redirect_file_release(&file->redirect);
free_file:
	kfree(file);
	return ret;
}

static long mshv_ioctl_check_extension(u32 __user *user_capability)
{
	u32 capability;

	if (copy_from_user(&capability, user_capability, sizeof(capability)))
		return -EFAULT;

	switch (capability) {
	case MSHV_CAP_CORE_API_STABLE:
	case MSHV_CAP_REGISTER_PAGE:
	case MSHV_CAP_VTL_RETURN_ACTION:
		return 0;
	case MSHV_CAP_DR6_SHARED:
	case MSHV_CAP_LOWER_VTL_TIMER_VIRT:
	case MSHV_CAP_TSC_DEADLINE_OFFLOAD:
		return vtl_platform()->capability(capability);
	case MSHV_CAP_REDIRECTED_INTERRUPT:
		return vtl_redirect_available();
	case MSHV_CAP_VP_INTERRUPTS:
		return 1;
	case MSHV_CAP_PROXIED_INTERRUPT:
		return vtl_host_synic_available();
	default:
		return -EOPNOTSUPP;
	}
}

static long mshv_ioctl(struct file *filp, unsigned int command,
		       unsigned long arg)
{
	switch (command) {
	case MSHV_CHECK_EXTENSION:
		return mshv_ioctl_check_extension((u32 __user *)arg);
	case MSHV_CREATE_VTL:
		return mshv_ioctl_create_vtl();
	default:
		return -ENOTTY;
	}
}

/* This is the last node, so that no other is missing, and module init does not fail any more. */
static int mshv_open(struct inode *inode, struct file *filp)
{
	vtl_nodes_allow();
	return 0;
}

static const struct file_operations mshv_fops = {
	.owner = THIS_MODULE,
	.open = mshv_open,
	.unlocked_ioctl = mshv_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.llseek = noop_llseek,
};

static struct miscdevice mshv_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "mshv",
	.fops = &mshv_fops,
	.groups = vtl_sysfs_groups,
	.mode = 0600,
};

int vtl_files_init(void)
{
	return misc_register(&mshv_device);
}

void vtl_files_exit(void)
{
	misc_deregister(&mshv_device);
}
