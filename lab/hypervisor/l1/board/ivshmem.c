// SPDX-License-Identifier: GPL-2.0-only
/*
 * QEMU's ivshmem-doorbell device: as many sources as it has MSI-X entries.
 *
 * Owns: its registers; its MSI-X table is the hypervisor's to write. It raises by ringing
 * its own doorbell: QEMU signals the eventfd of that vector and its main loop
 * sends the message later. So a raise is asynchronous, as a real device's is, and
 * rings that come before QEMU looked merge into one message.
 */
#include <linux/bitfield.h>
#include <linux/bits.h>
#include <linux/io.h>
#include <linux/iopoll.h>
#include <linux/pci.h>

#include "../lab_host.h"
#include "device.h"

/* BAR 0, and the BAR of its MSI-X table. */
#define IVSHMEM_BARS		(BIT(0) | BIT(1))

#define IVSHMEM_POSITION	0x08
#define IVSHMEM_DOORBELL	0x0c

/* The doorbell's value: which peer, which of its vectors. */
#define DOORBELL_PEER		GENMASK(31, 16)
#define DOORBELL_VECTOR		GENMASK(15, 0)

/* How long to wait for QEMU to hear from its server, and how often to look. */
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
		pci_err(device->pdev, "no position: QEMU's ivshmem server did not answer; see that it runs\n");
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
