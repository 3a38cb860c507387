// SPDX-License-Identifier: GPL-2.0-only
/*
 * The devices of the board for programs of the lab: the part of /dev/vtlirq_lab_host that
 * is no host's.
 *
 * Owns: QEMU's edu devices, and how often each was raised. Where their interrupts go is
 * told to the hypervisor by hypercalls, and not here.
 */
#include <linux/fs.h>
#include <linux/io.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/uaccess.h>

#include "../../host/lab_host.h"

#define EDU_VENDOR      0x1234
#define EDU_DEVICE      0x11e8
#define EDU_RAISE       0x60
#define EDU_ACKNOWLEDGE 0x64
#define EDU_CAUSE       1
#define BOARD_DEVICES   8

/**
 * struct board_device - one of them
 * @pdev:      the function
 * @registers: its first BAR
 * @masked:    it is not to be raised
 * @raised:    how often it was
 */
struct board_device {
	struct pci_dev *pdev;
	void __iomem *registers;
	bool masked;
	u64 raised;
};

/* Guards all that follows, once the node is there. */
static DEFINE_MUTEX(board_lock);
static struct board_device devices[BOARD_DEVICES];
static unsigned int devices_count;

static struct board_device *find(u32 index, u32 source)
{
	return index < devices_count && !source ? &devices[index] : NULL;
}

static long read_device(void __user *argument)
{
	struct lab_host_device asked;
	struct board_device *device;

	if (copy_from_user(&asked, argument, sizeof(asked)))
		return -EFAULT;
	device = find(asked.index, 0);
	if (!device)
		return -ENOENT;
	asked.kind = LAB_HOST_KIND_EDU;
	asked.sources = 1;
	asked.bdf = pci_dev_id(device->pdev);
	snprintf(asked.name, sizeof(asked.name), "edu %s", pci_name(device->pdev) + 5);
	return copy_to_user(argument, &asked, sizeof(asked)) ? -EFAULT : 0;
}

static long read_source(void __user *argument)
{
	struct lab_host_source asked;
	struct board_device *device;

	if (copy_from_user(&asked, argument, sizeof(asked)))
		return -EFAULT;
	device = find(asked.device, asked.source);
	if (!device)
		return -ENOENT;
	asked.way = LAB_HOST_WAY_NONE;
	asked.masked = device->masked;
	asked.vp = 0;
	asked.vector = 0;
	asked.exits = 0;
	asked.raised = device->raised;
	return copy_to_user(argument, &asked, sizeof(asked)) ? -EFAULT : 0;
}

static long set_mask(void __user *argument)
{
	struct lab_host_mask asked;
	struct board_device *device;

	if (copy_from_user(&asked, argument, sizeof(asked)))
		return -EFAULT;
	if (asked.masked > 1 || asked.reserved)
		return -EINVAL;
	device = find(asked.device, asked.source);
	if (!device)
		return -ENOENT;
	device->masked = asked.masked;
	return 0;
}

static long raise_device(void __user *argument)
{
	struct lab_host_raise asked;
	struct board_device *device;
	u32 i;

	if (copy_from_user(&asked, argument, sizeof(asked)))
		return -EFAULT;
	if (asked.count > LAB_HOST_RAISES_MAX || asked.reserved)
		return -EINVAL;
	device = find(asked.device, asked.source);
	if (!device)
		return -ENOENT;
	if (device->masked && asked.count)
		return -EAGAIN;
	for (i = 0; i < asked.count; i++) {
		writel(EDU_CAUSE, device->registers + EDU_RAISE);
		writel(EDU_CAUSE, device->registers + EDU_ACKNOWLEDGE);
		device->raised++;
	}
	asked.raised = device->raised;
	return copy_to_user(argument, &asked, sizeof(asked)) ? -EFAULT : 0;
}

static long board_ioctl(struct file *file, unsigned int command, unsigned long argument)
{
	void __user *place = (void __user *)argument;
	long ret;

	if (mutex_lock_interruptible(&board_lock))
		return -ERESTARTSYS;
	switch (command) {
	case LAB_HOST_GET_DEVICE:
		ret = read_device(place);
		break;
	case LAB_HOST_GET_SOURCE:
		ret = read_source(place);
		break;
	case LAB_HOST_SET_MASK:
		ret = set_mask(place);
		break;
	case LAB_HOST_RAISE:
		ret = raise_device(place);
		break;
	default:
		ret = -ENOTTY;
	}
	mutex_unlock(&board_lock);
	return ret;
}

static const struct file_operations board_operations = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = board_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

static struct miscdevice board_node = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "vtlirq_lab_host",
	.fops = &board_operations,
	.mode = 0600,
};

static int add(struct pci_dev *pdev)
{
	struct board_device *device = &devices[devices_count];
	int error = pci_enable_device(pdev);

	if (error)
		return error;
	pci_set_master(pdev);
	device->registers = pci_ioremap_bar(pdev, 0);
	if (!device->registers) {
		pci_disable_device(pdev);
		return -ENOMEM;
	}
	device->pdev = pci_dev_get(pdev);
	devices_count++;
	return 0;
}

static void remove_all(void)
{
	while (devices_count) {
		struct board_device *device = &devices[--devices_count];

		iounmap(device->registers);
		pci_disable_device(device->pdev);
		pci_dev_put(device->pdev);
	}
}

static int add_all(void)
{
	struct pci_dev *pdev = NULL;
	int error = 0;

	while (!error && (pdev = pci_get_device(EDU_VENDOR, EDU_DEVICE, pdev))) {
		if (devices_count == BOARD_DEVICES)
			break;
		error = add(pdev);
	}
	pci_dev_put(pdev);
	if (error)
		remove_all();
	return error;
}

static int __init board_init(void)
{
	int error = add_all();

	if (error)
		return error;
	error = misc_register(&board_node);
	if (error)
		remove_all();
	return error;
}

static void __exit board_exit(void)
{
	misc_deregister(&board_node);
	remove_all();
}

module_init(board_init);
module_exit(board_exit);

MODULE_DESCRIPTION("The devices of the lab hypervisor's board");
MODULE_LICENSE("GPL");
