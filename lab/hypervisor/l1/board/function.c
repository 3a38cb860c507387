// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any PCI function: a device that is not the lab's, to be passed through to VTL0.
 *
 * Owns: how many sources such a function has. It is bound to the driver so that no other
 * has it, and its messages go where the guest says. Its registers are the guest's, or its
 * VMM's: nothing here reads or writes one, so nobody can raise it from here.
 */
#include <linux/pci.h>

#include "../lab_host.h"
#include "device.h"

/* All messages of an MSI go to one CPU: there is one place to send them, so one source. */
static int count_msi(struct pci_dev *pdev)
{
	int messages = pci_msi_vec_count(pdev);

	if (messages > 1)
		pci_info(pdev, "has one source: of its %d MSI messages, it may send the first alone\n",
			 messages);
	return messages > 0 ? 1 : -ENODEV;
}

static int function_count(struct pci_dev *pdev)
{
	int count = pci_msix_vec_count(pdev);

	if (count <= 0)
		count = count_msi(pdev);
	if (count < 0)
		pci_err(pdev, "has neither MSI nor MSI-X, and INTx is not served\n");
	return count;
}

static int function_start(struct lab_device *device)
{
	return 0;
}

const struct lab_kind lab_function = {
	.id = LAB_HOST_KIND_FUNCTION,
	.name = "function",
	.count = function_count,
	.start = function_start,
};
