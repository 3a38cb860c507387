// SPDX-License-Identifier: GPL-2.0-only
/*
 * The PCI driver, which makes a device of the table from a PCI function, and removes it.
 *
 * Owns: the kinds of devices, with the registers of edu and ivshmem; and the set-up that every PCI
 * function needs. Any other function becomes a device of the lab
 * when root binds it by driver_override. It never uses the kernel's own MSI code, which would
 * choose the vector itself: here user space chooses it, as a host does that programs an IOMMU.
 */
#include <linux/bitfield.h>
#include <linux/bits.h>
#include <linux/cpu.h>
#include <linux/err.h>
#include <linux/io.h>
#include <linux/iopoll.h>
#include <linux/module.h>
#include <linux/overflow.h>
#include <linux/pci.h>
#include <linux/slab.h>

#include "../lab_host.h"
#include "board.h"

/* ---- The kinds: how many sources a function has, and how one is raised ---- */

/*
 * QEMU's edu device has one source, its MSI. A raise is synchronous: the message has been
 * sent when the write to its register returns.
 */
#define EDU_RAISE	0x60
#define EDU_ACKNOWLEDGE	0x64

/* Any value but 0 raises; it stays in the device's status until acknowledged. */
#define EDU_CAUSE	BIT(0)

static int edu_count(struct pci_dev *pdev)
{
	return pci_find_capability(pdev, PCI_CAP_ID_MSI) ? 1 : -ENODEV;
}

/*
 * Acknowledging immediately does not cancel the message, which has been sent already. It only
 * clears the status, which is not used here.
 */
static void edu_raise(struct lab_device *device, u32 source)
{
	writel(EDU_CAUSE, device->registers + EDU_RAISE);
	writel(EDU_CAUSE, device->registers + EDU_ACKNOWLEDGE);
}

static int edu_start(struct lab_device *device)
{
	return 0;
}

static const struct lab_kind lab_edu = {
	.id = LAB_HOST_KIND_EDU,
	.name = "edu",
	.bars = BIT(0),
	.count = edu_count,
	.start = edu_start,
	.raise = edu_raise,
};

/*
 * QEMU's ivshmem-doorbell device has a source for each MSI-X entry. It raises one by ringing
 * its own doorbell: QEMU signals the eventfd of that vector, and its main loop sends the
 * message later. So a raise is asynchronous, as a real device's is, and rings that come
 * before QEMU looks merge into one message.
 */

/* BAR 0, and the BAR of its MSI-X table. */
#define IVSHMEM_BARS		(BIT(0) | BIT(1))

#define IVSHMEM_POSITION	0x08
#define IVSHMEM_DOORBELL	0x0c

/* The doorbell's value: the peer, and one of its vectors. */
#define DOORBELL_PEER		GENMASK(31, 16)
#define DOORBELL_VECTOR		GENMASK(15, 0)

/* How long to wait until QEMU has the position from its server, and the poll interval. */
#define POSITION_WAIT_USECS	(2 * USEC_PER_SEC)
#define POSITION_POLL_USECS	(10 * USEC_PER_MSEC)

static int ivshmem_count(struct pci_dev *pdev)
{
	int count = pci_msix_vec_count(pdev);

	/* ivshmem-plain has the same identity, but no interrupts. */
	return count > 0 ? count : -ENODEV;
}

static void ivshmem_raise(struct lab_device *device, u32 source)
{
	u32 ring = FIELD_PREP(DOORBELL_PEER, device->position) |
		   FIELD_PREP(DOORBELL_VECTOR, source);

	writel(ring, device->registers + IVSHMEM_DOORBELL);
}

/* The position is negative until QEMU has it from its server. */
static int learn_position(struct lab_device *device)
{
	void __iomem *where = device->registers + IVSHMEM_POSITION;
	u32 position;
	int error;

	error = readx_poll_timeout(readl, where, position, position <= U16_MAX,
				   POSITION_POLL_USECS, POSITION_WAIT_USECS);
	if (error) {
		pci_err(device->pdev, "no position: QEMU's ivshmem server has not answered; check that it runs\n");
		return error;
	}
	device->position = position;
	return 0;
}

static const struct lab_kind lab_ivshmem = {
	.id = LAB_HOST_KIND_IVSHMEM,
	.name = "ivshmem",
	.bars = IVSHMEM_BARS,
	.count = ivshmem_count,
	.start = learn_position,
	.raise = ivshmem_raise,
};

/*
 * Any other PCI function, which is passed through to VTL0. It is bound to the driver so that
 * no other driver has it. Its registers are the guest's, or its VMM's: nothing here reads or
 * writes one, so it cannot be raised from here.
 */

/* All messages of an MSI go to one CPU, so they are one source. */
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

static const struct lab_kind lab_function = {
	.id = LAB_HOST_KIND_FUNCTION,
	.name = "function",
	.count = function_count,
	.start = function_start,
};

/* ---- The driver ---- */

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
