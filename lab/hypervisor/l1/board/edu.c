// SPDX-License-Identifier: GPL-2.0-only
/*
 * QEMU's edu device: one source, which is its MSI.
 *
 * Owns: its registers. A raise is synchronous: the message has been sent when
 * the register write is done. Its MSI capability is the hypervisor's to write.
 */
#include <linux/bits.h>
#include <linux/io.h>
#include <linux/pci.h>

#include "../lab_host.h"
#include "device.h"

#define EDU_RAISE	0x60
#define EDU_ACKNOWLEDGE	0x64

/* Any value but 0 raises; it stays in the device's status until acknowledged. */
#define EDU_CAUSE	BIT(0)

static int edu_count(struct pci_dev *pdev)
{
	return pci_find_capability(pdev, PCI_CAP_ID_MSI) ? 1 : -ENODEV;
}

/*
 * Acknowledging at once takes nothing back: the message is on its way already.
 * It only keeps the status from growing, which nobody here looks at.
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
