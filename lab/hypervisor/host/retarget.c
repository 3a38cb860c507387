// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where a device's interrupts go: its MSI, or an entry of its MSI-X table.
 *
 * Owns: both capabilities (PCI Local Bus Specification 3.0, 6.8), once the host has them.
 */
#include "base/machine.h"
#include "host/decode.h"
#include "host/pci.h"
#include "host/retarget.h"
#include "vcpu/gpa.h"
#include "vcpu/l1.h"

#define PCI_COMMAND       0x04
#define PCI_BAR_0         0x10
#define PCI_CAPABILITIES  0x34
#define COMMAND_BITS      0x6U		/* memory, bus master */
#define NO_DEVICE         0xffffffffU

#define CAPABILITY_MSI    0x05
#define CAPABILITY_MSIX   0x11
#define CAPABILITIES_MAX  48

#define MSI_SIZE          24
#define MSI_ENABLE        BIT(16)
#define MSI_MULTIPLE      (7U << 20)
#define MSI_64            BIT(23)

#define MSIX_SIZE         12
#define MSIX_ENABLE       BIT(31)
#define MSIX_FUNCTION_MASK BIT(30)
#define MSIX_TABLE_BIR    7U
#define MSIX_ENTRY_BYTES  16
#define MSIX_ENTRY_MASKED 1U

#define MESSAGE_ADDRESS   0xfee00000U
#define BAR_64            4U

/* Return: its place, or 0. A list that bites its tail ends too. */
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

static u32 message_address(u32 apic_id)
{
	return MESSAGE_ADDRESS | apic_id << 12;
}

/* The message changes while the capability is off, so that no half of it is sent. */
static void write_msi(u16 function, u8 place, u32 address, u32 data, bool enable)
{
	u32 head = pci_read(function, place) & ~(MSI_ENABLE | MSI_MULTIPLE);

	pci_write(function, place, head);
	pci_write(function, place + 4, address);
	if (head & MSI_64) {
		pci_write(function, place + 8, 0);
		pci_write(function, place + 12, data);
	} else {
		pci_write(function, place + 8, data);
	}
	if (enable)
		pci_write(function, place, head | MSI_ENABLE);
}

static u64 bar_of(u16 function, u32 number)
{
	u32 low = pci_read(function, PCI_BAR_0 + 4 * number);
	u64 high = 0;

	if (low & BAR_64)
		high = pci_read(function, PCI_BAR_0 + 4 * number + 4);
	return high << 32 | (low & ~0xfU);
}

/* L1 has the table mapped and may write there: of that, the host sees nothing. */
static u16 write_msix(u16 function, u8 place, u32 source, u32 address, u32 data, bool enable)
{
	u32 head = pci_read(function, place), table = pci_read(function, place + 4);
	volatile u32 *entry;
	u64 gpa;

	if (source > (head >> 16 & 0x7ff))
		return HOST_STATUS_INVALID_PARAMETER;
	gpa = bar_of(function, table & MSIX_TABLE_BIR) + (table & ~MSIX_TABLE_BIR) +
		source * MSIX_ENTRY_BYTES;
	/* L1 says where its devices are: it may be the hypervisor's memory. */
	if (!gpa_is_device(gpa))
		return HOST_STATUS_INVALID_DEVICE;
	entry = machine_place(gpa);
	entry[3] = MSIX_ENTRY_MASKED;
	entry[0] = address;
	entry[1] = 0;
	entry[2] = data;
	entry[3] = enable ? 0 : MSIX_ENTRY_MASKED;
	pci_write(function, place, (head & ~MSIX_FUNCTION_MASK) | MSIX_ENABLE);
	return HOST_STATUS_SUCCESS;
}

static void enable_device(u16 function)
{
	u32 command = pci_read(function, PCI_COMMAND) & 0xffff;

	pci_write(function, PCI_COMMAND, command | COMMAND_BITS);
}

u16 retarget_carry_out(const struct host_retarget *asked)
{
	u16 function = asked->device;
	u32 address = message_address(l1_cpus[vp_set_first(&asked->set)].apic_id);
	u8 place;

	if (pci_read(function, 0) == NO_DEVICE)
		return HOST_STATUS_INVALID_DEVICE;
	enable_device(function);
	place = find_capability(function, CAPABILITY_MSIX);
	if (place) {
		pci_keep(function, place, MSIX_SIZE);
		return write_msix(function, place, asked->source, address, asked->vector,
				  asked->redirect);
	}
	place = find_capability(function, CAPABILITY_MSI);
	if (!place || asked->source)
		return HOST_STATUS_INVALID_PARAMETER;
	if (!pci_keep(function, place, MSI_SIZE))
		return HOST_STATUS_INSUFFICIENT_MEMORY;
	write_msi(function, place, address, asked->vector, asked->redirect);
	return HOST_STATUS_SUCCESS;
}
