/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Devices' interrupts: where they go, and the parts of the machine that the host guards for that.
 */
#ifndef _HYPERVISOR_HOST_DEVICES_H
#define _HYPERVISOR_HOST_DEVICES_H

#include <linux/types.h>

#include "vcpu/l1.h"

struct host_retarget;
struct lab_host_mask;
struct lab_host_message;
struct lab_host_source;

/* ---- source.c: the targets of devices' interrupts ---- */

/**
 * source_retarget() - HvCallRetargetDeviceInterrupt
 * @asked: decoded; its device's id is bus << 8 | devfn.
 *
 * For a redirected source, the device's message names CPU and vector, so its interrupts reach L1
 * directly, like those that an IOMMU posts. Otherwise they go to the host, which sends messages. A
 * masked source stays masked.
 *
 * Interrupts that were raised before have reached their old target then, unless L1 holds them up:
 * see interrupts_release().
 * Return: one of HOST_STATUS_*.
 */
u16 source_retarget(const struct host_retarget *asked);

/**
 * source_set_message() - LAB_HOST_SET_MESSAGE
 * @asked: any values; @device is bus << 8 | devfn.
 *
 * Return: 0 or a negative errno, as lab_host.h says; -ENOMEM and -EIO as device_program().
 */
int source_set_message(const struct lab_host_message *asked);

/**
 * source_set_mask() - LAB_HOST_SET_MASK
 * @asked: any values; @device is bus << 8 | devfn.
 *
 * Return: the same; -ENOSPC: the host has no free vector for it.
 */
int source_set_mask(const struct lab_host_mask *asked);

/**
 * source_read() - LAB_HOST_GET_SOURCE
 * @state: in: device and source. Out: all but the number of its raises.
 *
 * Return: 0, or -ENOENT: no such source.
 */
int source_read(struct lab_host_source *state);

/**
 * receiver_interrupt() - handle an interrupt of the host
 * @cpu:    the CPU.
 * @vector: one of the host's.
 */
void receiver_interrupt(u32 cpu, u32 vector);

/* ---- device.c: the messages of a device: its MSI, or the entries of its MSI-X table ---- */

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

/**
 * devices_check() - stop the machine, with a message, if L1 cannot reach a device
 *
 * With memory above 4 GiB, SeaBIOS 1.16.3 and later place 64-bit regions near the end of the
 * address space (src/fw/pciinit.c), half of which is the shared half here.
 * Context: at boot.
 */
void devices_check(void);

/* ---- board.c: PCI's configuration space, which L1 and the hypervisor share ---- */

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
 * @value:    the value.
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

/* ---- board.c: the IOAPIC, which a trust domain can access only by the host ---- */

/* The lower half of a redirection entry. */
#define IOAPIC_VECTOR 0xffU
#define IOAPIC_MODE   (7U << 8)
#define IOAPIC_MASKED BIT(16)
/* The mode "lowest priority"; the mode "fixed" is 0. */
#define IOAPIC_LOWEST  BIT(8)

/**
 * ioapic_is_at() - whether an address is that of an IOAPIC register
 * @gpa: any; the shared bit is ignored.
 *
 * Return: whether it is.
 */
bool ioapic_is_at(u64 gpa);

/**
 * ioapic_write() - carry out a write of L1
 * @gpa:   one of its registers.
 * @size:  in bytes. All registers have 4; writes of another size have no effect.
 * @value: any.
 */
void ioapic_write(u64 gpa, u32 size, u32 value);

/**
 * ioapic_entry() - restrict a redirection entry of L1
 * @low: its lower half.
 *
 * An entry that is not an ordinary interrupt of L1 stays masked: an INIT, SMI or NMI would reach
 * the hypervisor instead of L1, and so would the host's vectors. Portable.
 * Return: the lower half to be written.
 */
static inline u32 ioapic_entry(u32 low)
{
	if ((low & IOAPIC_MODE) > IOAPIC_LOWEST || (low & IOAPIC_VECTOR) < L1_VECTOR_FIRST)
		return low | IOAPIC_MASKED;
	return low;
}

#endif /* _HYPERVISOR_HOST_DEVICES_H */
