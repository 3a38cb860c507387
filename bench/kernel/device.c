// SPDX-License-Identifier: GPL-2.0-only
/*
 * Drives QEMU's edu device, which sends its MSI when one of its registers is written.
 *
 * Owns: the device's registers and, except during the eventfd route, its MSI capability.
 * This file writes the capability itself, so that the caller can choose the vector, as a
 * host does that programs an IOMMU.
 */
#include <linux/io.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/smp.h>

#include "bench.h"

#define DEVICE_NAME	"vtlirq_bench"
#define MSI_ADDRESS	0xfee00000
#define MSI_APIC_SHIFT	12

static struct pci_dev *device;
static void __iomem *registers;

struct pci_dev *bench_device(void)
{
	return device;
}

void __iomem *bench_device_registers(void)
{
	return registers;
}

static int write_message(int where, u16 flags, u32 vector)
{
	u32 address = MSI_ADDRESS | cpu_physical_id(raw_smp_processor_id()) << MSI_APIC_SHIFT;
	int data = where + (flags & PCI_MSI_FLAGS_64BIT ? PCI_MSI_DATA_64 : PCI_MSI_DATA_32);
	int error;

	error = pci_write_config_dword(device, where + PCI_MSI_ADDRESS_LO, address);
	if (!error && (flags & PCI_MSI_FLAGS_64BIT))
		error = pci_write_config_dword(device, where + PCI_MSI_ADDRESS_HI, 0);
	if (!error)
		error = pci_write_config_word(device, data, vector);
	return error;
}

int bench_device_program(u32 vector)
{
	int where = device ? pci_find_capability(device, PCI_CAP_ID_MSI) : 0;
	int error;
	u16 flags;

	if (!where)
		return -ENODEV;

	error = pci_read_config_word(device, where + PCI_MSI_FLAGS, &flags);
	if (error)
		return pcibios_err_to_errno(error);

	flags &= ~(PCI_MSI_FLAGS_ENABLE | PCI_MSI_FLAGS_QSIZE);
	error = pci_write_config_word(device, where + PCI_MSI_FLAGS, flags);
	if (!error && vector)
		error = write_message(where, flags, vector);
	if (!error && vector)
		error = pci_write_config_word(device, where + PCI_MSI_FLAGS,
					      flags | PCI_MSI_FLAGS_ENABLE);
	return pcibios_err_to_errno(error);
}

static int device_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	int error;

	/* Only the first device is used. */
	if (device)
		return -ENODEV;

	error = pcim_enable_device(pdev);
	if (error)
		return error;
	error = pcim_iomap_regions(pdev, BIT(0), DEVICE_NAME);
	if (error)
		return error;

	registers = pcim_iomap_table(pdev)[0];
	pci_intx(pdev, 0);
	pci_set_master(pdev);
	device = pdev;
	return 0;
}

static void device_remove(struct pci_dev *pdev)
{
	bench_route_clear();
	pci_clear_master(pdev);
	device = NULL;
	registers = NULL;
}

static const struct pci_device_id device_ids[] = {
	{ PCI_DEVICE(0x1234, 0x11e8) },
	{ }
};
MODULE_DEVICE_TABLE(pci, device_ids);

static struct pci_driver device_driver = {
	.name = DEVICE_NAME,
	.id_table = device_ids,
	.probe = device_probe,
	.remove = device_remove,
};

int bench_device_register(void)
{
	return pci_register_driver(&device_driver);
}

void bench_device_unregister(void)
{
	pci_unregister_driver(&device_driver);
}
