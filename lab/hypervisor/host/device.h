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
 * A function with several MSI messages has one source: all of them have one address and
 * adjacent vectors, so that they could go to one CPU alone, and not where each is to go. A
 * device that may send one message sends that for all it has to tell.
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
 * of a message is ever sent. MSI-X, and an MSI that can be masked, keep what is raised
 * meanwhile; for another MSI, no other CPU runs L1 meanwhile, and what is raised while the
 * source is masked is lost.
 * Context: one at a time.
 * Return: 0; -ENOMEM: too many capabilities are the host's; -EIO: L1 has put the table
 * where no device is. Then it sends nothing.
 */
int device_program(u16 function, u32 source, const struct device_message *message);

#endif /* _HYPERVISOR_HOST_DEVICE_H */
