// SPDX-License-Identifier: GPL-2.0-only
/*
 * The lab's host: PCI devices whose interrupts go where user space says, as if
 * a host had programmed its IOMMU so. For labs and tests alone.
 *
 * Owns: the order in which the parts come and go.
 */
#include <linux/module.h>

#include "device.h"
#include "hold.h"
#include "node.h"

static int __init lab_host_init(void)
{
	int error;

	error = lab_pci_register();
	if (error)
		return error;

	error = lab_node_register();
	if (error)
		lab_pci_unregister();
	return error;
}

static void __exit lab_host_exit(void)
{
	lab_node_unregister();
	lab_hold_wait_idle();
	lab_pci_unregister();
}

module_init(lab_host_init);
module_exit(lab_host_exit);

MODULE_DESCRIPTION("Lab host: device interrupts sent where user space says");
MODULE_LICENSE("GPL");
