// SPDX-License-Identifier: GPL-2.0-only
/*
 * I/O ports, as the host carries them out for L1.
 *
 * Owns: which ports are L1's: all of the machine, but for the hypervisor's log. Those of
 * PCI's configuration space are pci.c's, since both L1 and the hypervisor use them.
 */
#include "base/machine.h"
#include "host/pci.h"
#include "host/port.h"

#define LOG_PORT        0x402
#define PCI_PORT_FIRST  0xcf8
#define PCI_PORT_LAST   0xcff

static bool is_of_pci(u16 port)
{
	return port >= PCI_PORT_FIRST && port <= PCI_PORT_LAST;
}

void port_of_l1_read(u16 port, u32 size, u32 *value)
{
	*value = ~0U >> (32 - 8 * size);
	if (port == LOG_PORT)
		return;
	if (is_of_pci(port))
		pci_of_l1_read(port, size, value);
	else if (size == 1)
		*value = port_read8(port);
	else if (size == 2)
		*value = port_read16(port);
	else
		*value = port_read32(port);
}

void port_of_l1_write(u16 port, u32 size, u32 value)
{
	if (port == LOG_PORT)
		return;
	if (is_of_pci(port))
		pci_of_l1_write(port, size, value);
	else if (size == 1)
		port_write8(port, value);
	else if (size == 2)
		port_write16(port, value);
	else
		port_write32(port, value);
}
