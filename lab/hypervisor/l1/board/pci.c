// SPDX-License-Identifier: GPL-2.0-only
/*
 * The PCI driver, which makes a device of the table from a PCI function, and removes it.
 *
 * Owns: the set-up that every PCI function needs. Any other function becomes a device of the lab
 * when root binds it by driver_override. It never uses the kernel's own MSI code, which would
 * choose the vector itself: here user space chooses it, as a host does that programs an IOMMU.
 */
#include <linux/cpu.h>
#include <linux/err.h>
#include <linux/module.h>
#include <linux/overflow.h>
#include <linux/pci.h>
#include <linux/slab.h>

#include "../lab_host.h"
#include "board.h"

#define LAB_NAME	"vtlirq_lab_host"
#define LAB_BAR		0

/* Whether the lab can raise the device. If not, it is not touched without a request. */
static bool is_ours(const struct lab_device *device)
{
	return device->kind->raise;
}

/* Return: 0, or the error of the last source that could not be masked. */
static int mask_all(struct lab_device *device)
{
	int error, last = 0;
	u32 number;

	for (number = 0; number < device->source_count; number++) {
		if (!is_ours(device) && !device->sources[number].message.enabled)
			continue;
		error = forward_set_masked(device, number, true);
		if (!error)
			continue;
		pci_warn(device->pdev, "cannot mask source %u: %pe\n", number, ERR_PTR(error));
		last = error;
	}
	return last;
}

static struct lab_device *make_device(struct pci_dev *pdev, const struct lab_kind *kind)
{
	struct lab_device *device;
	int count = kind->count(pdev);
	int number;

	if (count < 0)
		return ERR_PTR(count);

	device = kzalloc(struct_size(device, sources, count), GFP_KERNEL);
	if (!device)
		return ERR_PTR(-ENOMEM);

	device->pdev = pdev;
	device->kind = kind;
	device->source_count = count;
	for (number = 0; number < count; number++) {
		raw_spin_lock_init(&device->sources[number].lock);
		mutex_init(&device->sources[number].change);
	}
	return device;
}

/* The registers of other devices belong to user space, by sysfs. */
static int map_registers(struct lab_device *device)
{
	struct pci_dev *pdev = device->pdev;
	int error;

	if (!is_ours(device))
		return 0;
	error = pci_request_selected_regions(pdev, device->kind->bars, LAB_NAME);
	if (error)
		return error;

	device->registers = pci_iomap(pdev, LAB_BAR, 0);
	if (device->registers)
		return 0;
	pci_release_selected_regions(pdev, device->kind->bars);
	return -ENOMEM;
}

static void unmap_registers(struct lab_device *device)
{
	if (!is_ours(device))
		return;
	pci_iounmap(device->pdev, device->registers);
	pci_release_selected_regions(device->pdev, device->kind->bars);
}

static int open_function(struct lab_device *device)
{
	struct pci_dev *pdev = device->pdev;
	int error;

	error = pci_enable_device_mem(pdev);
	if (error)
		return error;

	error = map_registers(device);
	if (error) {
		pci_disable_device(pdev);
		return error;
	}

	/* Only messages: a raise must never use the shared INTx line. */
	pci_intx(pdev, 0);
	return 0;
}

static void close_function(struct lab_device *device)
{
	unmap_registers(device);
	pci_disable_device(device->pdev);
}

/*
 * A message is a write to memory, which needs bus mastering. For devices that the lab cannot
 * raise, the hypervisor enables it with the first message.
 */
static int start_messages(struct lab_device *device)
{
	int error;

	if (!is_ours(device))
		return 0;
	error = mask_all(device);
	if (!error)
		pci_set_master(device->pdev);
	return error;
}

static int start_device(struct lab_device *device)
{
	int error;

	error = open_function(device);
	if (error)
		return error;

	error = device->kind->start(device);
	if (error)
		goto close;

	error = start_messages(device);
	if (error)
		goto close;

	error = lab_device_add(device);
	if (error)
		goto stop;
	return 0;

stop:
	pci_clear_master(device->pdev);
close:
	close_function(device);
	return error;
}

static int lab_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	const struct lab_kind *known = (const struct lab_kind *)id->driver_data;
	/* A function that was bound by driver_override has no entry in the table of ids. */
	const struct lab_kind *kind = known ?: &lab_function;
	struct lab_device *device;
	int error;

	device = make_device(pdev, kind);
	if (IS_ERR(device))
		return PTR_ERR(device);

	error = start_device(device);
	if (error) {
		pci_err(pdev, "cannot use this %s: %pe\n", kind->name, ERR_PTR(error));
		kfree(device);
		return error;
	}

	pci_set_drvdata(pdev, device);
	pci_info(pdev, "device %u of the lab: %s, %u sources\n", device->index, kind->name,
		 device->source_count);
	return 0;
}

static void lab_remove(struct pci_dev *pdev)
{
	struct lab_device *device = pci_get_drvdata(pdev);

	/* A device that is not in the table any more must not have its CPU go offline. */
	cpus_read_lock();
	lab_device_remove(device);
	mask_all(device);
	cpus_read_unlock();
	pci_clear_master(pdev);
	close_function(device);
	kfree(device);
}

static const struct pci_device_id lab_ids[] = {
	{ PCI_DEVICE(0x1234, 0x11e8), .driver_data = (kernel_ulong_t)&lab_edu },
	{ PCI_DEVICE(PCI_VENDOR_ID_REDHAT_QUMRANET, 0x1110),
	  .driver_data = (kernel_ulong_t)&lab_ivshmem },
	{ }
};
MODULE_DEVICE_TABLE(pci, lab_ids);

static struct pci_driver lab_driver = {
	.name = LAB_NAME,
	.id_table = lab_ids,
	.probe = lab_probe,
	.remove = lab_remove,
};

/**
 * lab_pci_register() - bind all devices of the known kinds
 *
 * Return: 0 or a negative errno. It is not an error if there are no devices.
 */
int lab_pci_register(void)
{
	return pci_register_driver(&lab_driver);
}

/**
 * lab_pci_unregister() - unbind all devices, with all sources masked
 */
void lab_pci_unregister(void)
{
	pci_unregister_driver(&lab_driver);
}
