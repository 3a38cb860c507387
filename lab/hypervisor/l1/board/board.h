/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The interfaces between the parts of the module vtlirq_board.
 *
 * Locks, outer first:
 *   CPU hotplug's      held from lab_device_get() to lab_device_put(), so that no
 *                      vector goes away with its CPU meanwhile
 *   the table's rwsem  held for reading at the same time; held for writing when a
 *                      device is removed
 *   source->change     one change of a source's target at a time (forward.c)
 *   source->lock       one message is rewritten, or sent, at a time
 */
#ifndef _HYPERVISOR_L1_BOARD_BOARD_H
#define _HYPERVISOR_L1_BOARD_BOARD_H

#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/spinlock.h>
#include <linux/types.h>

struct lab_host_behaviour;
struct lab_host_event;
struct lab_host_hostile;
struct lab_host_post;
struct lab_host_refusal;
struct lab_host_sint;
struct lab_host_sint_message;
struct lab_host_source;
struct lab_host_vp;

/*
 * ---- device.c: a device of the lab's host, and its sources ----
 *
 * Owns: what all devices have in common, whatever their kind: the table of them, and the
 * count of each source's raises. Must not know: how a kind raises (pci.c), what a source
 * sends (forward.c), and the ioctls (board.c, control.c).
 */

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

/* ---- pci.c: the PCI functions that become devices ---- */

int lab_pci_register(void);
void lab_pci_unregister(void);

/*
 * ---- forward.c: the host's part of /dev/vtlirq_lab_host, by the side door ----
 *
 * One function for each ioctl that the host serves. lab_host.h describes what they do, and their
 * error codes.
 */

/**
 * forward_start() - allocate a page for each CPU's calls
 *
 * Return: 0, or -ENOMEM.
 */
int forward_start(void);

/**
 * forward_stop() - undo forward_start(), when there are no more calls
 */
void forward_stop(void);

/**
 * forward_message() - read the message that a source would send now
 * @device:  the device.
 * @number:  which of its sources.
 * @message: out.
 *
 * Context: the source's lock is held, with interrupts off.
 * Return: 0 or a negative errno.
 */
int forward_message(struct lab_device *device, u32 number, struct lab_message *message);

/**
 * forward_set_message() - set the message of a source, and unmask it
 * @device:  the device.
 * @number:  which source; any value.
 * @apic_id: the CPU.
 * @vector:  its vector.
 *
 * Return: 0 or a negative errno; -ENOENT: no such source.
 */
int forward_set_message(struct lab_device *device, u32 number, u8 apic_id, u8 vector);

/**
 * forward_set_masked() - mask a source, or unmask it
 * @device: the device.
 * @number: which source; any value.
 * @masked: which of the two.
 *
 * Return: likewise.
 */
int forward_set_masked(struct lab_device *device, u32 number, bool masked);

/**
 * forward_source() - read the target of a source, and its counters
 * @device: the device.
 * @number: which source; any value.
 * @state:  in: @device of it; out: the rest.
 *
 * Return: likewise.
 */
int forward_source(struct lab_device *device, u32 number, struct lab_host_source *state);

int forward_vp_read(u32 vp, struct lab_host_vp *state);
int forward_post(const struct lab_host_post *asked);
int forward_vector(u32 cpu, u32 vector);
int forward_behaviour_set(const struct lab_host_behaviour *wanted);
int forward_behaviour_get(struct lab_host_behaviour *now);
int forward_sint_send(const struct lab_host_sint_message *message);
int forward_sint_event(const struct lab_host_event *event);
int forward_sint_refuse(const struct lab_host_refusal *refusal);
int forward_sint_read(struct lab_host_sint *state);

/* ---- control.c: the host's behaviour and counters ---- */

long lab_control_ioctl(unsigned int command, void __user *argument);

/* ---- hold.c: the CPUs' local APICs, and raising a source while its CPU cannot take it ---- */

/* Eight banks of 32 vectors. */
#define LAB_APIC_BANKS 8

/**
 * struct lab_apic - the two registers of one CPU
 * @isr: in service.
 * @irr: requested: arrived, not yet taken.
 */
struct lab_apic {
	u32 isr[LAB_APIC_BANKS];
	u32 irr[LAB_APIC_BANKS];
};

int lab_apic_read(u32 cpu, struct lab_apic *state);
u32 lab_apic_id(u32 cpu);

int lab_hold_raise(struct lab_device *device, u32 source, u32 cpu, u32 usecs);
void lab_hold_wait_idle(void);

/* ---- hostile.c: many messages and interrupts of one seed, as fast as possible ---- */

int lab_hostile_run(struct lab_host_hostile *asked);

#endif /* _HYPERVISOR_L1_BOARD_BOARD_H */
