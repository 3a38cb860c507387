// SPDX-License-Identifier: GPL-2.0-only
/*
 * The module vtlirq_board: /dev/vtlirq_lab_host, for devices that the module drives, and for the
 * host, which runs below the kernel.
 *
 * Owns: the order in which its parts are started and stopped.
 */
#include <linux/module.h>

#include "../vmmcall.h"
#include "board.h"
#include "device.h"
#include "forward.h"

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
	error = lab_node_register();
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
	lab_node_unregister();
	lab_hold_wait_idle();
	lab_pci_unregister();
	forward_stop();
}

module_init(board_init);
module_exit(board_exit);

MODULE_DESCRIPTION("The devices of the lab hypervisor's board, and its host");
MODULE_LICENSE("GPL");
