/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A device of the lab's host, and its sources.
 *
 * Owns: what all devices have in common, whatever their kind: the table of
 * them, each source's message, the count of its raises. Must not know how a
 * kind raises (edu.c, ivshmem.c) or where it keeps its messages (edu_msi.c,
 * ivshmem_msix.c), why a source sends what it does (route.c), nor the ioctls
 * (node.c, control.c).
 *
 * Locks, outer first:
 *   CPU hotplug's      held from lab_device_get() to lab_device_put(), so that no
 *                      vector goes away with its CPU meanwhile; outermost, since
 *                      the callbacks that hold it take the others (cpus.c)
 *   the table's rwsem  held for reading likewise; a device goes away only under
 *                      it held for writing
 *   source->change     where a source goes changes once at a time (route.c)
 *   source->lock       one message is rewritten, or sent, at a time
 */
#ifndef _LAB_HOST_DEVICE_H
#define _LAB_HOST_DEVICE_H

#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include "synic.h"

struct lab_device;
struct lab_receiver;

/* What the host's IOMMU would hold for one source. */
struct lab_message {
	u8 apic_id;
	u8 vector;
	bool enabled;
};

/**
 * struct lab_kind - what one kind of device does in its own way
 * @id:      LAB_HOST_KIND_*.
 * @name:    for people.
 * @bars:    bit n: it uses BAR n; BAR 0 is mapped for it.
 * @count:   how many sources this function has, or a negative errno.
 * @start:   make it ready to raise; its BAR 0 is mapped.
 * @raise:   make the device raise one source, once. Called with the source's
 *           lock held, and only while the source is enabled.
 */
struct lab_kind {
	u32 id;
	const char *name;
	int bars;
	int (*count)(struct pci_dev *pdev);
	int (*start)(struct lab_device *device);
	void (*raise)(struct lab_device *device, u32 source);
};

/* Where an ivshmem has its MSI-X table. */
#define LAB_IVSHMEM_TABLE_BAR	1

extern const struct lab_kind lab_edu;
extern const struct lab_kind lab_ivshmem;

/**
 * struct lab_route - where a source's interrupts are to go
 * @way:     LAB_HOST_WAY_*.
 * @masked:  nowhere for now.
 * @apic_id: message, redirected: the CPU.
 * @vector:  message, redirected: its vector.
 * @proxy:   proxied: who hears of them.
 */
struct lab_route {
	u32 way;
	bool masked;
	u8 apic_id;
	u8 vector;
	struct lab_proxy proxy;
};

/**
 * struct lab_source - one thing of a device that raises an interrupt
 * @lock:     guards @message, @raised and the device's own copy of the message.
 *            Taken with interrupts off: a CPU that is told to hold (hold.c) must
 *            not be stopped while it has the lock, since the raiser needs it then.
 * @message:  what the device was told to send.
 * @raised:   how often it was told to raise.
 * @change:   guards all below, and that @message fits them.
 * @route:    where it goes.
 * @receiver: where the host takes its interrupts, while proxied and unmasked;
 *            else NULL.
 * @exits:    those that came to its receivers before this one.
 */
struct lab_source {
	raw_spinlock_t lock;	/* see above */
	struct lab_message message;
	u64 raised;
	struct mutex change;	/* see above */
	struct lab_route route;
	struct lab_receiver *receiver;
	u64 exits;
};

/**
 * struct lab_device - one PCI function that raises interrupts on demand
 * @pdev:         the function.
 * @kind:         what it is.
 * @registers:    its BAR 0.
 * @table:        ivshmem: its MSI-X table.
 * @capability:   where its MSI or MSI-X capability is.
 * @position:     ivshmem: its own number among the peers of its server.
 * @index:        its place in the table of devices.
 * @source_count: how many sources.
 * @sources:      the sources.
 */
struct lab_device {
	struct pci_dev *pdev;
	const struct lab_kind *kind;
	void __iomem *registers;
	void __iomem *table;
	u8 capability;
	u16 position;
	u32 index;
	u32 source_count;
	struct lab_source sources[];
};

int lab_device_add(struct lab_device *device);
void lab_device_remove(struct lab_device *device);
struct lab_device *lab_device_get(u32 index);
struct lab_device *lab_device_find(u64 bdf);
void lab_device_put(void);
int lab_devices_each(int (*action)(struct lab_device *device, u32 argument), u32 argument);

struct lab_source *lab_source_find(struct lab_device *device, u32 number);
int lab_source_message(struct lab_device *device, u32 number, struct lab_message *message);
int lab_source_raise(struct lab_device *device, u32 number, struct lab_message *sent);
int lab_source_raise_many(struct lab_device *device, u32 number, u32 count);
int lab_source_raised(struct lab_device *device, u32 number, u64 *raised);

/*
 * What follows is each module's own: message_writer.c writes the messages into the
 * devices itself, and lab/hypervisor/l1/forward.c has the hypervisor write them.
 */

/**
 * lab_messages_start() - mask all sources of a device, and make them ready
 * @device: it is in no table yet.
 *
 * Return: 0 or a negative errno.
 */
int lab_messages_start(struct lab_device *device);

/**
 * lab_messages_stop() - undo lab_messages_start(); all sources are masked already
 * @device: it is in no table any more.
 */
void lab_messages_stop(struct lab_device *device);

/**
 * lab_message_read() - what a source would send now
 * @device:  the device.
 * @number:  which of its sources.
 * @message: out.
 *
 * Context: the source's lock is held, with interrupts off.
 * Return: 0 or a negative errno.
 */
int lab_message_read(struct lab_device *device, u32 number, struct lab_message *message);

int lab_pci_register(void);
void lab_pci_unregister(void);

/* Where a message to this CPU is written: physical destination, no hint. */
static inline u32 lab_message_address(const struct lab_message *message)
{
	return 0xfee00000 | (u32)message->apic_id << 12;
}

/* What is written there: fixed delivery, edge triggered. */
static inline u32 lab_message_data(const struct lab_message *message)
{
	return message->vector;
}

#endif /* _LAB_HOST_DEVICE_H */
