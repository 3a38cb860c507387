// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kinds of devices.
 *
 * Owns: the registers of edu and ivshmem; the hypervisor writes their messages. Must not know:
 * who raises a source, nor where it goes.
 */
#include <linux/bitfield.h>
#include <linux/bits.h>
#include <linux/io.h>
#include <linux/iopoll.h>
#include <linux/pci.h>

#include "../lab_host.h"
#include "board.h"

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

const struct lab_kind lab_edu = {
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

const struct lab_kind lab_ivshmem = {
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

const struct lab_kind lab_function = {
	.id = LAB_HOST_KIND_FUNCTION,
	.name = "function",
	.count = function_count,
	.start = function_start,
};
