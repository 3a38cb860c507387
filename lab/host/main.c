// SPDX-License-Identifier: GPL-2.0-only
/*
 * The lab's host: a model of the Hyper-V host over real PCI devices. For labs
 * and tests alone.
 *
 * Owns: the order in which the parts come and go.
 */
#include <linux/module.h>

#include "cpus.h"
#include "device.h"
#include "hold.h"
#include "node.h"
#include "seam.h"
#include "sint_vp.h"
#include "synic.h"
#include "vector.h"

static int __init lab_host_init(void)
{
	int error;

	error = lab_vectors_start();
	if (error)
		return error;
	error = lab_synic_start();
	if (error)
		goto no_synic;
	error = sint_vp_start();
	if (error)
		goto no_sint;
	error = seam_start();
	if (error)
		goto no_seam;
	error = lab_cpus_start();
	if (error)
		goto no_cpus;
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
	lab_cpus_stop();
no_cpus:
	seam_stop();
no_seam:
	sint_vp_stop();
no_sint:
	lab_synic_stop();
no_synic:
	lab_vectors_stop();
	return error;
}

/* While the driver may still call, there is no device any more. */
static void __exit lab_host_exit(void)
{
	lab_node_unregister();
	lab_hold_wait_idle();
	lab_pci_unregister();
	lab_cpus_stop();
	seam_stop();
	sint_vp_stop();
	lab_synic_stop();
	lab_vectors_stop();
}

module_init(lab_host_init);
module_exit(lab_host_exit);

MODULE_DESCRIPTION("Lab host: device interrupts as a Hyper-V host sends them");
MODULE_LICENSE("GPL");
