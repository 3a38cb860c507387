// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * PCI's configuration space by its two ports (PCI Local Bus Specification 3.0, 3.2.2.3.2): a
 * host bridge, and the functions that are passed through, on bus 0.
 */
#include "machine.h"

#define ADDRESS_ENABLE		0x80000000u
#define ADDRESS_BUS(address)	((address) >> 16 & 0xff)
#define ADDRESS_SLOT(address)	((address) >> 8 & 0xff)
#define ADDRESS_OFFSET(address)	((address) & 0xfc)

#define BRIDGE_IDENTITY		0x00081b36u	/* QEMU's host bridge */
#define BRIDGE_COMMAND		0x00000007u
#define BRIDGE_CLASS		0x06000000u
#define BRIDGE_SUBSYSTEM	0x11001af4u

static struct function *function_find(struct machine *machine)
{
	unsigned int i;

	if (ADDRESS_BUS(machine->pci_address))
		return NULL;
	for (i = 0; i < machine->functions_count; i++) {
		if ((machine->functions[i].bdf & 0xff) == ADDRESS_SLOT(machine->pci_address))
			return &machine->functions[i];
	}
	return NULL;
}

static uint32_t bridge_read(unsigned int offset)
{
	switch (offset) {
	case 0x00:
		return BRIDGE_IDENTITY;
	case 0x04:
		return BRIDGE_COMMAND;
	case 0x08:
		return BRIDGE_CLASS;
	case 0x2c:
		return BRIDGE_SUBSYSTEM;
	default:
		return 0;
	}
}

static uint32_t word_read(struct machine *machine)
{
	unsigned int offset = ADDRESS_OFFSET(machine->pci_address);
	const struct function *function = function_find(machine);

	if (!(machine->pci_address & ADDRESS_ENABLE))
		return UINT32_MAX;
	if (function)
		return function_config_read(function, offset);
	if (!ADDRESS_BUS(machine->pci_address) && !ADDRESS_SLOT(machine->pci_address))
		return bridge_read(offset);
	return UINT32_MAX;
}

uint32_t pci_port_read(struct vmm *vm, uint16_t port, unsigned int size)
{
	struct machine *machine = machine_of(vm);

	if (port == PORT_PCI_ADDRESS && size == 4)
		return machine->pci_address;
	if (port < PORT_PCI_DATA)
		return UINT32_MAX;
	return word_read(machine) >> (8 * (port - PORT_PCI_DATA));
}

void pci_port_write(struct vmm *vm, uint16_t port, unsigned int size, uint32_t value)
{
	struct machine *machine = machine_of(vm);
	unsigned int within = port - PORT_PCI_DATA;
	struct function *function;

	if (port == PORT_PCI_ADDRESS && size == 4)
		machine->pci_address = value;
	if (port < PORT_PCI_DATA || within + size > 4 ||
	    !(machine->pci_address & ADDRESS_ENABLE))
		return;
	function = function_find(machine);
	if (function)
		function_config_write(function,
				      ADDRESS_OFFSET(machine->pci_address) + within, size, value);
}
