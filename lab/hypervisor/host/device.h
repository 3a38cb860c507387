/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a device sends: its MSI, or the entries of its MSI-X table.
 */
#ifndef _HYPERVISOR_HOST_DEVICE_H
#define _HYPERVISOR_HOST_DEVICE_H

#include <linux/types.h>

/**
 * struct device_message - what a source is to send
 * @enabled: anything at all
 * @apic_id: to which CPU
 * @vector:  of that
 */
struct device_message {
	bool enabled;
	u8 apic_id;
	u8 vector;
};

/**
 * device_sources() - how many sources a function has
 * @function: bus << 8 | devfn; any value.
 *
 * Return: that; 0: there is no such function, or it has neither MSI nor MSI-X.
 */
u32 device_sources(u16 function);

/**
 * device_program() - have a source send a message from now on
 * @function: whose.
 * @source:   below device_sources().
 * @message:  which.
 *
 * From then on the capability is the host's: what L1 writes to it has no effect. No half
 * of a message is ever sent. MSI-X keeps what is raised meanwhile; for MSI, no other CPU
 * runs L1 meanwhile.
 * Context: one at a time.
 * Return: 0; -ENOMEM: too many capabilities are the host's; -EIO: L1 has put the table
 * where no device is. Then it sends nothing.
 */
int device_program(u16 function, u32 source, const struct device_message *message);

#endif /* _HYPERVISOR_HOST_DEVICE_H */
