// SPDX-License-Identifier: GPL-2.0-only
/*
 * The module vtlirq_board: /dev/vtlirq_lab_host, for devices that the module drives, and for the
 * host, which runs below the kernel.
 *
 * Owns: the order in which its parts are started and stopped; the ioctls of lab_host.h for devices:
 * it copies arguments in and out, and refuses those that are invalid for any device. control.c has
 * the others. Must not know: kinds of devices.
 */
#include <linux/build_bug.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/uaccess.h>

#include "../lab_host.h"
#include "../vmmcall.h"
#include "board.h"

/* Lower vectors are exceptions, which an APIC does not accept in a message. */
#define FIRST_LEGAL_VECTOR 16

/* 32-bit and 64-bit programs have the same layout: no compat entry is needed. */
static_assert(sizeof(struct lab_host_device) == 48);
static_assert(sizeof(struct lab_host_message) == 20);
static_assert(sizeof(struct lab_host_raise) == 24);
static_assert(sizeof(struct lab_host_apic) == 72);
static_assert(sizeof(struct lab_host_held) == 16);

static long node_get_device(void __user *argument)
{
	struct lab_host_device answer = { };
	struct lab_device *device;
	struct pci_dev *pdev;

	if (copy_from_user(&answer.index, argument, sizeof(answer.index)))
		return -EFAULT;

	device = lab_device_get(answer.index);
	if (!device)
		return -ENOENT;

	pdev = device->pdev;
	answer.kind = device->kind->id;
	answer.sources = device->source_count;
	answer.bdf = pci_dev_id(pdev);
	snprintf(answer.name, sizeof(answer.name), "%s %02x:%02x.%x", device->kind->name,
		 pdev->bus->number, PCI_SLOT(pdev->devfn), PCI_FUNC(pdev->devfn));
	lab_device_put();

	return copy_to_user(argument, &answer, sizeof(answer)) ? -EFAULT : 0;
}

/* The message of a masked source is not checked. */
static bool message_is_legal(const struct lab_host_message *asked)
{
	if (asked->enabled > 1)
		return false;
	if (!asked->enabled)
		return true;
	return asked->apic_id <= U8_MAX &&
	       asked->vector >= FIRST_LEGAL_VECTOR && asked->vector <= U8_MAX;
}

static long node_set_message(void __user *argument)
{
	struct lab_host_message asked;
	struct lab_device *device;
	int error;

	if (copy_from_user(&asked, argument, sizeof(asked)))
		return -EFAULT;
	if (!message_is_legal(&asked))
		return -EINVAL;

	device = lab_device_get(asked.device);
	if (!device)
		return -ENOENT;
	if (asked.enabled)
		error = forward_set_message(device, asked.source, asked.apic_id, asked.vector);
	else
		error = forward_set_masked(device, asked.source, true);
	lab_device_put();
	return error;
}

static long node_raise(void __user *argument)
{
	struct lab_host_raise asked;
	struct lab_device *device;
	int error, uncounted;
	u64 raised = 0;

	if (copy_from_user(&asked, argument, sizeof(asked)))
		return -EFAULT;
	if (asked.reserved || asked.count > LAB_HOST_RAISES_MAX)
		return -EINVAL;

	device = lab_device_get(asked.device);
	if (!device)
		return -ENOENT;
	error = lab_source_raise_many(device, asked.source, asked.count);
	uncounted = lab_source_raised(device, asked.source, &raised);
	lab_device_put();
	if (uncounted)
		return uncounted;

	/*
	 * The count is copied even if the loop stopped early, so that the accounting is complete.
	 */
	asked.raised = raised;
	if (copy_to_user(argument, &asked, sizeof(asked)))
		return -EFAULT;
	return error;
}

static long node_read_apic(void __user *argument)
{
	struct lab_host_apic answer;
	struct lab_apic state;
	int error;

	if (copy_from_user(&answer, argument, sizeof(answer)))
		return -EFAULT;
	if (answer.reserved)
		return -EINVAL;

	error = lab_apic_read(answer.cpu, &state);
	if (error)
		return error;

	static_assert(sizeof(answer.isr) == sizeof(state.isr));
	static_assert(sizeof(answer.irr) == sizeof(state.irr));
	memcpy(answer.isr, state.isr, sizeof(answer.isr));
	memcpy(answer.irr, state.irr, sizeof(answer.irr));
	return copy_to_user(argument, &answer, sizeof(answer)) ? -EFAULT : 0;
}

static long node_raise_held(void __user *argument)
{
	struct lab_host_held asked;
	struct lab_device *device;
	int error;

	if (copy_from_user(&asked, argument, sizeof(asked)))
		return -EFAULT;
	if (!asked.usecs || asked.usecs > LAB_HOST_HELD_USECS_MAX)
		return -EINVAL;

	device = lab_device_get(asked.device);
	if (!device)
		return -ENOENT;
	error = lab_hold_raise(device, asked.source, asked.cpu, asked.usecs);
	lab_device_put();
	return error;
}

static long node_ioctl(struct file *file, unsigned int command, unsigned long address)
{
	void __user *argument = (void __user *)address;

	switch (command) {
	case LAB_HOST_GET_DEVICE:
		return node_get_device(argument);
	case LAB_HOST_SET_MESSAGE:
		return node_set_message(argument);
	case LAB_HOST_RAISE:
		return node_raise(argument);
	case LAB_HOST_READ_APIC:
		return node_read_apic(argument);
	case LAB_HOST_RAISE_HELD:
		return node_raise_held(argument);
	default:
		return lab_control_ioctl(command, argument);
	}
}

static const struct file_operations node_operations = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = node_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.llseek = noop_llseek,
};

static struct miscdevice node = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "vtlirq_lab_host",
	.fops = &node_operations,
	.mode = 0600,
};

static int __init board_init(void)
{
	int error;

	if (!door_is_there())
		return -ENODEV;
	error = forward_start();
	if (error)
		return error;
	error = lab_pci_register();
	if (error)
		goto no_pci;
	error = misc_register(&node);
	if (error)
		goto no_node;
	return 0;

no_node:
	lab_pci_unregister();
no_pci:
	forward_stop();
	return error;
}

static void __exit board_exit(void)
{
	/* An open file keeps the module loaded, so no ioctl is in progress. */
	misc_deregister(&node);
	lab_hold_wait_idle();
	lab_pci_unregister();
	forward_stop();
}

module_init(board_init);
module_exit(board_exit);

MODULE_DESCRIPTION("The devices of the lab hypervisor's board, and its host");
MODULE_LICENSE("GPL");
