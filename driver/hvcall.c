// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/mshv_hvcall: hypercalls of the VMM. The process that opens the file sets once
 * which calls the file may make.
 *
 * Owns: the node, its ioctls, and which calls a file may make. Knows nothing of
 * the meaning of a call, and of how a call is made (host.h).
 */
#define pr_fmt(fmt) "mshv_vtl: " fmt

#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/build_bug.h>
#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/gfp.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/mshv_vtl.h>

#include "host.h"
#include "hvcall.h"
#include "nodes.h"

#define HVCALL_PAGE_SIZE	4096
#define HVCALL_BITMAP_BYTES	8192
#define HVCALL_CODES		(HVCALL_BITMAP_BYTES * BITS_PER_BYTE)

/* Control word: the input is in registers, not in memory. */
#define HVCALL_FAST		BIT_ULL(16)
/* The rep at which the call starts: it continues one that the host has left unfinished. */
#define HVCALL_REP_START	(0xfffULL << 48)

static_assert(MSHV_HVCALL_SETUP == 0x4010b81e);
static_assert(MSHV_HVCALL == 0xc030b81f);
static_assert(sizeof(struct mshv_hvcall_setup) == 16);
static_assert(sizeof(struct mshv_hvcall) == 48);
static_assert(HVCALL_PAGE_SIZE <= PAGE_SIZE);

/**
 * struct hvcall_file - an open /dev/mshv_hvcall
 * @allowed: a bit for each call code; NULL until it is set, then constant
 */
struct hvcall_file {
	unsigned long *allowed;
};

/* The bitmap has the layout of the ioctl: byte n / 8, bit n % 8. */
static bool hvcall_is_allowed(const struct hvcall_file *file, u16 code)
{
	/* Pairs with hvcall_setup(). */
	const unsigned long *allowed = smp_load_acquire(&file->allowed);

	return allowed && test_bit_le(code, allowed);
}

static long hvcall_setup(struct hvcall_file *file,
			 const struct mshv_hvcall_setup __user *user_args)
{
	struct mshv_hvcall_setup args;
	unsigned long *allowed;

	if (copy_from_user(&args, user_args, sizeof(args)))
		return -EFAULT;
	if (args.bitmap_size > HVCALL_BITMAP_BYTES || READ_ONCE(file->allowed))
		return -EINVAL;

	allowed = kzalloc(HVCALL_BITMAP_BYTES, GFP_KERNEL_ACCOUNT);
	if (!allowed)
		return -ENOMEM;
	if (copy_from_user(allowed, u64_to_user_ptr(args.bitmap), args.bitmap_size)) {
		kfree(allowed);
		return -EFAULT;
	}

	/* The first of several threads wins. Writes the bits before the pointer. */
	if (!cmpxchg(&file->allowed, NULL, allowed))
		return 0;
	kfree(allowed);
	return -EINVAL;
}

/**
 * struct hvcall_pages - input and output of a call
 * @input:  a page, filled up with zeroes
 * @output: a page: of what earlier calls have returned if the call continues them, and zeroes
 */
struct hvcall_pages {
	void *input;
	void *output;
};

static int pages_alloc(struct hvcall_pages *pages)
{
	pages->input = (void *)get_zeroed_page(GFP_KERNEL_ACCOUNT);
	pages->output = (void *)get_zeroed_page(GFP_KERNEL_ACCOUNT);
	return pages->input && pages->output ? 0 : -ENOMEM;
}

static void pages_free(struct hvcall_pages *pages)
{
	free_page((unsigned long)pages->input);
	free_page((unsigned long)pages->output);
}

static int pages_call(struct hvcall_pages *pages, struct mshv_hvcall *args)
{
	int ret;

	if (copy_from_user(pages->input, u64_to_user_ptr(args->input), args->input_size))
		return -EFAULT;
	/* The host writes from that rep on: what it has already answered stays. */
	if (args->control & HVCALL_REP_START &&
	    copy_from_user(pages->output, u64_to_user_ptr(args->output), args->output_size))
		return -EFAULT;

	ret = vtl_host_call(args->control, pages->input, pages->output,
			    &args->status);
	if (ret)
		return ret;

	if (copy_to_user(u64_to_user_ptr(args->output), pages->output, args->output_size))
		return -EFAULT;
	return 0;
}

static int hvcall_check(const struct hvcall_file *file,
			const struct mshv_hvcall *args)
{
	u16 code = args->control;

	if (args->input_size > HVCALL_PAGE_SIZE ||
	    args->output_size > HVCALL_PAGE_SIZE || args->control & HVCALL_FAST)
		return -EINVAL;
	if (hvcall_is_allowed(file, code))
		return 0;

	pr_warn_ratelimited("hypercall 0x%04x refused: the bitmap of MSHV_HVCALL_SETUP does not allow it\n",
			    code);
	return -EPERM;
}

static long hvcall_call(struct hvcall_file *file,
			struct mshv_hvcall __user *user_args)
{
	struct hvcall_pages pages;
	struct mshv_hvcall args;
	int ret;

	if (copy_from_user(&args, user_args, sizeof(args)))
		return -EFAULT;
	ret = hvcall_check(file, &args);
	if (ret)
		return ret;

	ret = pages_alloc(&pages);
	if (!ret)
		ret = pages_call(&pages, &args);
	pages_free(&pages);
	if (ret)
		return ret;
	return put_user(args.status, &user_args->status);
}

static long hvcall_ioctl(struct file *filp, unsigned int command,
			 unsigned long arg)
{
	struct hvcall_file *file = filp->private_data;

	switch (command) {
	case MSHV_HVCALL_SETUP:
		return hvcall_setup(file, (void __user *)arg);
	case MSHV_HVCALL:
		return hvcall_call(file, (void __user *)arg);
	default:
		return -ENOTTY;
	}
}

static int hvcall_open(struct inode *inode, struct file *filp)
{
	struct hvcall_file *file;
	int ret = vtl_nodes_check();

	if (ret)
		return ret;
	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;

	file = kzalloc(sizeof(*file), GFP_KERNEL_ACCOUNT);
	if (!file)
		return -ENOMEM;

	filp->private_data = file;
	return nonseekable_open(inode, filp);
}

static int hvcall_release(struct inode *inode, struct file *filp)
{
	struct hvcall_file *file = filp->private_data;

	kfree(file->allowed);
	kfree(file);
	return 0;
}

static const struct file_operations hvcall_fops = {
	.owner = THIS_MODULE,
	.open = hvcall_open,
	.release = hvcall_release,
	.unlocked_ioctl = hvcall_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.llseek = noop_llseek,
};

static struct miscdevice hvcall_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "mshv_hvcall",
	.fops = &hvcall_fops,
	.mode = 0600,
};

int vtl_hvcall_init(void)
{
	return misc_register(&hvcall_device);
}

void vtl_hvcall_exit(void)
{
	misc_deregister(&hvcall_device);
}
