// SPDX-License-Identifier: GPL-2.0-only
/*
 * The message of an edu device.
 *
 * Owns: its MSI capability.
 */
#include <linux/err.h>
#include <linux/pci.h>

#include "device.h"
#include "message_writer.h"

/* The whole capability is switched: edu's MSI cannot be masked by vector. */
static int switch_msi(struct lab_device *device, bool enable)
{
	int where = device->capability + PCI_MSI_FLAGS;
	u16 flags;
	int error;

	error = pci_read_config_word(device->pdev, where, &flags);
	if (error)
		return pcibios_err_to_errno(error);

	flags &= ~(PCI_MSI_FLAGS_ENABLE | PCI_MSI_FLAGS_QSIZE);
	if (enable)
		flags |= PCI_MSI_FLAGS_ENABLE;
	return pcibios_err_to_errno(pci_write_config_word(device->pdev, where, flags));
}

static int write_message(struct lab_device *device, const struct lab_message *message)
{
	struct pci_dev *pdev = device->pdev;
	int where = device->capability;
	int data = where + PCI_MSI_DATA_32;
	int error;
	u16 flags;

	error = pci_read_config_word(pdev, where + PCI_MSI_FLAGS, &flags);
	if (!error && (flags & PCI_MSI_FLAGS_64BIT)) {
		error = pci_write_config_dword(pdev, where + PCI_MSI_ADDRESS_HI, 0);
		data = where + PCI_MSI_DATA_64;
	}
	if (!error)
		error = pci_write_config_dword(pdev, where + PCI_MSI_ADDRESS_LO,
					       lab_message_address(message));
	if (!error)
		error = pci_write_config_word(pdev, data, lab_message_data(message));
	return pcibios_err_to_errno(error);
}

static int edu_program(struct lab_device *device, u32 source, const struct lab_message *message)
{
	int error;

	/* Off while it is rewritten, so that half a message can never be sent. */
	error = switch_msi(device, false);
	if (error || !message->enabled)
		return error;

	error = write_message(device, message);
	if (error)
		return error;
	return switch_msi(device, true);
}

static int edu_start(struct lab_device *device)
{
	device->capability = pci_find_capability(device->pdev, PCI_CAP_ID_MSI);
	return switch_msi(device, false);
}

static void edu_stop(struct lab_device *device)
{
	int error = switch_msi(device, false);

	if (error)
		pci_warn(device->pdev, "cannot switch MSI off: %pe\n", ERR_PTR(error));
}

const struct lab_message_writer lab_edu_msi = {
	.start = edu_start,
	.stop = edu_stop,
	.program = edu_program,
};
