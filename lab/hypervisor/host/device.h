/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The messages of a device: its MSI, or the entries of its MSI-X table.
 */
#ifndef _HYPERVISOR_HOST_DEVICE_H
#define _HYPERVISOR_HOST_DEVICE_H

#include <linux/types.h>

/**
 * struct device_message - the message of a source
 * @enabled: whether it sends any
 * @apic_id: the target CPU
 * @vector:  the vector on it
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
 * A function with several MSI messages has one source: all of them have one address and adjacent
 * vectors, so they could only go to one CPU, and not to separate targets. A device that may send
 * only one message uses it for all its interrupts.
 * Return: the number; 0: there is no such function, or it has neither MSI nor MSI-X.
 */
u32 device_sources(u16 function);

/**
 * device_program() - set the message of a source
 * @function: the function.
 * @source:   below device_sources().
 * @message:  the message.
 *
 * From then on the capability belongs to the host: writes of L1 have no effect. A partly written
 * message is never sent. MSI-X, and an MSI that can be masked, keep interrupts pending meanwhile;
 * for another MSI, no other CPU runs L1 meanwhile, and interrupts that are raised while the source
 * is masked are lost.
 * Context: one caller at a time.
 * Return: 0; -ENOMEM: the host owns too many capabilities; -EIO: L1 has placed the table where no
 * device is. Then the source sends nothing.
 */
int device_program(u16 function, u32 source, const struct device_message *message);

#endif /* _HYPERVISOR_HOST_DEVICE_H */
