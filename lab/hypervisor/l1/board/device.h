/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A device of the lab's host, and its sources.
 *
 * Owns: what all devices have in common, whatever their kind: the table of them, and the
 * count of each source's raises. Must not know: how a kind raises (kinds.c), what a source
 * sends (forward.c), and the ioctls (node.c, control.c).
 *
 * Locks, outer first:
 *   CPU hotplug's      held from lab_device_get() to lab_device_put(), so that no
 *                      vector goes away with its CPU meanwhile
 *   the table's rwsem  held for reading at the same time; held for writing when a
 *                      device is removed
 *   source->change     one change of a source's target at a time (forward.c)
 *   source->lock       one message is rewritten, or sent, at a time
 */
#ifndef _HYPERVISOR_L1_BOARD_DEVICE_H
#define _HYPERVISOR_L1_BOARD_DEVICE_H

#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/spinlock.h>
#include <linux/types.h>

struct lab_device;

/* The message of a source. */
struct lab_message {
	u8 apic_id;
	u8 vector;
	bool enabled;
};

/**
 * struct lab_kind - the functions of one kind of device
 * @id:      LAB_HOST_KIND_*.
 * @name:    for messages.
 * @bars:    bit n: it uses BAR n; BAR 0 is mapped for it, if it can be raised.
 * @count:   how many sources this function has, or a negative errno.
 * @start:   make it ready to raise; its BAR 0 is mapped.
 * @raise:   make the device raise one source, once. Called with the source's
 *           lock held, and only while the source is enabled. NULL: it cannot be
 *           made to raise one.
 */
struct lab_kind {
	u32 id;
	const char *name;
	int bars;
	int (*count)(struct pci_dev *pdev);
	int (*start)(struct lab_device *device);
	void (*raise)(struct lab_device *device, u32 source);
};

extern const struct lab_kind lab_edu;
extern const struct lab_kind lab_ivshmem;
extern const struct lab_kind lab_function;

/**
 * struct lab_source - an interrupt source of a device
 * @lock:    protects @message and @raised. Taken with interrupts off: a CPU that is held
 *           (hold.c) must not be stopped while it has the lock, since the raising CPU needs
 *           it then.
 * @message: only @enabled is used: whether it was unmasked by this module.
 * @raised:  how often it was raised.
 * @change:  one caller at a time masks it, unmasks it, or changes its message.
 */
struct lab_source {
	raw_spinlock_t lock;	/* see above */
	struct lab_message message;
	u64 raised;
	struct mutex change;	/* see above */
};

/**
 * struct lab_device - one PCI function that raises interrupts on demand
 * @pdev:         the function.
 * @kind:         what it is.
 * @registers:    its BAR 0.
 * @position:     ivshmem: its own number among the peers of its server.
 * @index:        its place in the table of devices.
 * @source_count: how many sources.
 * @sources:      the sources.
 */
struct lab_device {
	struct pci_dev *pdev;
	const struct lab_kind *kind;
	void __iomem *registers;
	u16 position;
	u32 index;
	u32 source_count;
	struct lab_source sources[];
};

int lab_device_add(struct lab_device *device);
void lab_device_remove(struct lab_device *device);
struct lab_device *lab_device_get(u32 index);
void lab_device_put(void);

struct lab_source *lab_source_find(struct lab_device *device, u32 number);
int lab_source_message(struct lab_device *device, u32 number, struct lab_message *message);
int lab_source_raise(struct lab_device *device, u32 number, struct lab_message *sent);
int lab_source_raise_many(struct lab_device *device, u32 number, u32 count);
int lab_source_raised(struct lab_device *device, u32 number, u64 *raised);

int lab_pci_register(void);
void lab_pci_unregister(void);

#endif /* _HYPERVISOR_L1_BOARD_DEVICE_H */
