/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * PCI's configuration space, which L1 and the hypervisor share.
 */
#ifndef _HYPERVISOR_HOST_PCI_H
#define _HYPERVISOR_HOST_PCI_H

#include <linux/types.h>

/**
 * pci_read() - read a register of a function
 * @function: bus, device and function: 16 bits.
 * @place:    of the register, a multiple of 4.
 *
 * Return: its value; all ones: there is no such function.
 */
u32 pci_read(u16 function, u8 place);

/**
 * pci_write() - write one
 * @function: which.
 * @place:    of the register, a multiple of 4.
 * @value:    what.
 */
void pci_write(u16 function, u8 place, u32 value);

/**
 * pci_keep() - ignore L1's writes to some registers from now on
 * @function: the function.
 * @place:    the first.
 * @size:     how many bytes.
 *
 * Return: whether there was room to record that. It may be called again for the same function.
 */
bool pci_keep(u16 function, u8 place, u8 size);

#endif /* _HYPERVISOR_HOST_PCI_H */
