// SPDX-License-Identifier: GPL-2.0-only
/*
 * The messages of a device: its MSI, or the entries of its MSI-X table.
 *
 * Owns: both capabilities (PCI Local Bus Specification 3.0, 6.8), once the host uses them.
 */
#include <linux/errno.h>

#include "base/machine.h"
#include "base/base.h"
#include "host/devices.h"
#include "vcpu/gpa.h"
#include "vcpu/l1.h"

#define PCI_COMMAND       0x04
#define PCI_HEADER        0x0c
#define HEADER_TYPE       (0x7fU << 16)
#define PCI_BAR_0         0x10
#define PCI_CAPABILITIES  0x34
/* Enable memory, and disable INTx, which a device would raise while its MSI is off. */
#define COMMAND_BITS      0x402U
#define COMMAND_MASTER    0x004U
#define NO_DEVICE         0xffffffffU

#define CAPABILITY_MSI    0x05
#define CAPABILITY_MSIX   0x11
#define CAPABILITIES_MAX  48

#define MSI_SIZE          24
#define MSI_ENABLE        BIT(16)
#define MSI_MULTIPLE      (7U << 20)
#define MSI_64            BIT(23)
#define MSI_MASKS         BIT(24)
#define MSI_MASKED        1U

#define MSIX_SIZE         12
#define MSIX_ENABLE       BIT(31)
#define MSIX_FUNCTION_MASK BIT(30)
#define MSIX_TABLE_BIR    7U
#define MSIX_LAST         0x7ffU
#define MSIX_ENTRY_BYTES  16
#define MSIX_ENTRY_MASKED 1U

#define MESSAGE_ADDRESS   0xfee00000U
#define BAR_IO            1U
#define BAR_64            4U
#define BARS              6
#define BARS_OF_BRIDGE    2
#define PCI_FUNCTIONS     0x10000

/* Return: its offset, or 0. A circular list ends too. */
static u8 find_capability(u16 function, u8 kind)
{
	u8 place = pci_read(function, PCI_CAPABILITIES) & 0xfc;
	u32 i;

	for (i = 0; place && i < CAPABILITIES_MAX; i++) {
		u32 head = pci_read(function, place);

		if ((head & 0xff) == kind)
			return place;
		place = head >> 8 & 0xfc;
	}
	return 0;
}

static u32 message_address(const struct device_message *message)
{
	return MESSAGE_ADDRESS | (u32)message->apic_id << 12;
}

static void write_message(u16 function, u8 place, u32 head, const struct device_message *message)
{
	pci_write(function, place + 4, message_address(message));
	if (head & MSI_64) {
		pci_write(function, place + 8, 0);
		pci_write(function, place + 12, message->vector);
	} else {
		pci_write(function, place + 8, message->vector);
	}
}

/* While it is masked, the device keeps interrupts pending, and sends them later. */
static void write_msi_masked(u16 function, u8 place, const struct device_message *message)
{
	u32 head = pci_read(function, place) & ~MSI_MULTIPLE;
	u8 mask = place + (head & MSI_64 ? 16 : 12);

	pci_write(function, mask, MSI_MASKED);
	if (message->enabled)
		write_message(function, place, head, message);
	pci_write(function, place, head | MSI_ENABLE);
	if (message->enabled)
		pci_write(function, mask, 0);
}

/*
 * The message changes while the capability is off, so that no partly written message is sent. An
 * interrupt raised meanwhile would be lost, while an IOMMU changes its target atomically. So L1
 * does not run meanwhile.
 */
static void write_msi_off(u16 function, u8 place, const struct device_message *message)
{
	u32 head = pci_read(function, place) & ~(MSI_ENABLE | MSI_MULTIPLE);

	request_hold_all();
	pci_write(function, place, head);
	if (message->enabled) {
		write_message(function, place, head, message);
		pci_write(function, place, head | MSI_ENABLE);
	}
	request_let_go();
}

static void write_msi(u16 function, u8 place, const struct device_message *message)
{
	if (pci_read(function, place) & MSI_MASKS)
		write_msi_masked(function, place, message);
	else
		write_msi_off(function, place, message);
}

static u64 bar_of(u16 function, u32 number)
{
	u32 low = pci_read(function, PCI_BAR_0 + 4 * number);
	u64 high = 0;

	if (low & BAR_64)
		high = pci_read(function, PCI_BAR_0 + 4 * number + 4);
	return high << 32 | (low & ~0xfU);
}

static void check_bars(u16 function)
{
	u32 bars = pci_read(function, PCI_HEADER) & HEADER_TYPE ? BARS_OF_BRIDGE : BARS, number;

	for (number = 0; number < bars; number++) {
		u32 low = pci_read(function, PCI_BAR_0 + 4 * number);

		if ((low & BAR_IO) || !(low & BAR_64))
			continue;
		if (bar_of(function, number) >= GPA_SHARED)
			stop("hypervisor: the firmware has placed PCI function %x beyond %llx\n",
			     function, GPA_SHARED);
		number++;
	}
}

void devices_check(void)
{
	u32 function;

	for (function = 0; function < PCI_FUNCTIONS; function++) {
		if (pci_read(function, 0) != NO_DEVICE)
			check_bars(function);
	}
}

/* L1 chooses the addresses of its devices, and could name the hypervisor's memory. */
static volatile u32 *find_entry(u16 function, u8 place, u32 source)
{
	u32 table = pci_read(function, place + 4);
	u64 gpa = bar_of(function, table & MSIX_TABLE_BIR) + (table & ~MSIX_TABLE_BIR) +
		source * MSIX_ENTRY_BYTES;

	return gpa_device(gpa);
}

/* L1 has the table mapped and may write to it, which the host does not notice. */
static int write_msix(u16 function, u8 place, u32 source, const struct device_message *message)
{
	volatile u32 *entry = find_entry(function, place, source);
	u32 head = pci_read(function, place);

	if (!entry)
		return -EIO;
	entry[3] = MSIX_ENTRY_MASKED;
	if (message->enabled) {
		entry[0] = message_address(message);
		entry[1] = 0;
		entry[2] = message->vector;
		entry[3] = 0;
	}
	pci_write(function, place, (head & ~MSIX_FUNCTION_MASK) | MSIX_ENABLE);
	return 0;
}

/* A message is a write to memory, which is not enabled before the first message. */
static void enable_device(u16 function, bool sends)
{
	u32 command = pci_read(function, PCI_COMMAND) & 0xffff;

	pci_write(function, PCI_COMMAND, command | COMMAND_BITS | (sends ? COMMAND_MASTER : 0));
}

u32 device_sources(u16 function)
{
	u8 place;

	if (pci_read(function, 0) == NO_DEVICE)
		return 0;
	place = find_capability(function, CAPABILITY_MSIX);
	if (place)
		return (pci_read(function, place) >> 16 & MSIX_LAST) + 1;
	return find_capability(function, CAPABILITY_MSI) ? 1 : 0;
}

int device_program(u16 function, u32 source, const struct device_message *message)
{
	u8 msix = find_capability(function, CAPABILITY_MSIX);
	u8 place = msix ? msix : find_capability(function, CAPABILITY_MSI);

	if (!pci_keep(function, place, msix ? MSIX_SIZE : MSI_SIZE))
		return -ENOMEM;
	enable_device(function, message->enabled);
	if (msix)
		return write_msix(function, place, source, message);
	write_msi(function, place, message);
	return 0;
}
