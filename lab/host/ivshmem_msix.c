// SPDX-License-Identifier: GPL-2.0-only
/*
 * The messages of an ivshmem-doorbell device.
 *
 * Owns: its MSI-X capability and table.
 */
#include <linux/err.h>
#include <linux/io.h>
#include <linux/pci.h>

#include "device.h"
#include "message_writer.h"

static void __iomem *table_entry(struct lab_device *device, u32 source)
{
	return device->table + source * PCI_MSIX_ENTRY_SIZE;
}

/* Masks or unmasks; what it wrote has reached the device when it returns. */
static void write_control(struct lab_device *device, u32 source, bool enabled)
{
	void __iomem *control = table_entry(device, source) + PCI_MSIX_ENTRY_VECTOR_CTRL;

	writel(enabled ? 0 : PCI_MSIX_ENTRY_CTRL_MASKBIT, control);
	readl(control);
}

static int ivshmem_program(struct lab_device *device, u32 source,
			   const struct lab_message *message)
{
	void __iomem *entry = table_entry(device, source);

	/*
	 * Masked while it is rewritten: a ring that QEMU handles meanwhile sets
	 * the pending bit, and goes out, to the new CPU, with the unmasking.
	 */
	write_control(device, source, false);
	if (!message->enabled)
		return 0;

	writel(lab_message_address(message), entry + PCI_MSIX_ENTRY_LOWER_ADDR);
	writel(0, entry + PCI_MSIX_ENTRY_UPPER_ADDR);
	writel(lab_message_data(message), entry + PCI_MSIX_ENTRY_DATA);
	write_control(device, source, true);
	return 0;
}

static int map_table(struct lab_device *device)
{
	struct pci_dev *pdev = device->pdev;
	u32 where, size = device->source_count * PCI_MSIX_ENTRY_SIZE;
	int error;

	error = pci_read_config_dword(pdev, device->capability + PCI_MSIX_TABLE, &where);
	if (error)
		return pcibios_err_to_errno(error);

	if ((where & PCI_MSIX_TABLE_BIR) != LAB_IVSHMEM_TABLE_BAR)
		return -ENODEV;

	where &= PCI_MSIX_TABLE_OFFSET;
	if (size + (u64)where > pci_resource_len(pdev, LAB_IVSHMEM_TABLE_BAR))
		return -ENODEV;

	device->table = pci_iomap_range(pdev, LAB_IVSHMEM_TABLE_BAR, where, size);
	return device->table ? 0 : -ENOMEM;
}

static int switch_msix(struct lab_device *device, bool enable)
{
	int where = device->capability + PCI_MSIX_FLAGS;
	u16 flags;
	int error;

	error = pci_read_config_word(device->pdev, where, &flags);
	if (error)
		return pcibios_err_to_errno(error);

	flags &= ~(PCI_MSIX_FLAGS_ENABLE | PCI_MSIX_FLAGS_MASKALL);
	if (enable)
		flags |= PCI_MSIX_FLAGS_ENABLE;
	return pcibios_err_to_errno(pci_write_config_word(device->pdev, where, flags));
}

static int ivshmem_start(struct lab_device *device)
{
	u32 source;
	int error;

	device->capability = pci_find_capability(device->pdev, PCI_CAP_ID_MSIX);
	error = map_table(device);
	if (error)
		return error;

	for (source = 0; source < device->source_count; source++)
		write_control(device, source, false);

	error = switch_msix(device, true);
	if (error)
		pci_iounmap(device->pdev, device->table);
	return error;
}

static void ivshmem_stop(struct lab_device *device)
{
	int error = switch_msix(device, false);

	if (error)
		pci_warn(device->pdev, "cannot switch MSI-X off: %pe\n", ERR_PTR(error));
	pci_iounmap(device->pdev, device->table);
}

const struct lab_message_writer lab_ivshmem_msix = {
	.start = ivshmem_start,
	.stop = ivshmem_stop,
	.program = ivshmem_program,
};
