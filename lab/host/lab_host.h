/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * The lab's host: how tests and the demo ask for real device interrupts.
 *
 * Owns: the ioctls of /dev/vtlirq_lab_host. A lab interface: it may change at
 * any time, and no production build has it. Knows nothing of the VTL driver.
 *
 * A device has one or more sources (its MSI, or its MSI-X table entries). A
 * source's message names the CPU and the vector, as a host's IOMMU would.
 */
#ifndef _LAB_HOST_H
#define _LAB_HOST_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define LAB_HOST_NODE	"/dev/vtlirq_lab_host"
#define LAB_HOST_IOCTL	0xB9

#define LAB_HOST_KIND_EDU	1
#define LAB_HOST_KIND_IVSHMEM	2

/* Indices of devices are below this; one that was taken away leaves a gap. */
#define LAB_HOST_DEVICES_MAX	32
#define LAB_HOST_RAISES_MAX	1000000
#define LAB_HOST_HELD_USECS_MAX	1000000

/**
 * struct lab_host_device - LAB_HOST_GET_DEVICE's argument
 * @index:   in: which device, from 0.
 * @kind:    out: one of LAB_HOST_KIND_*.
 * @sources: out: how many sources it has.
 * @bdf:     out: PCI bus << 8 | devfn.
 * @name:    out: a name for people, such as "edu 00:03.0".
 */
struct lab_host_device {
	__u32 index;
	__u32 kind;
	__u32 sources;
	__u32 bdf;
	char name[32];
};

/**
 * struct lab_host_message - LAB_HOST_SET_MESSAGE's argument
 * @device:  index of the device.
 * @source:  index of the source.
 * @apic_id: destination CPU, 0..255.
 * @vector:  CPU vector to raise there, 16..255.
 * @enabled: 0: the source is masked, and @apic_id and @vector are not looked
 *           at; 1: it raises.
 *
 * A raise of an ivshmem that was on its way when its source was masked is kept,
 * and sent when the source is enabled again.
 */
struct lab_host_message {
	__u32 device;
	__u32 source;
	__u32 apic_id;
	__u32 vector;
	__u32 enabled;
};

/**
 * struct lab_host_raise - LAB_HOST_RAISE's argument
 * @device: index of the device.
 * @source: index of the source.
 * @count:  how often, back to back, 0..LAB_HOST_RAISES_MAX. Raises that follow
 *          each other faster than the CPU takes them merge in its interrupt
 *          controller. 0 raises nothing, and only reads @raised.
 * @reserved: 0.
 * @raised: out: how often the source was told to raise, by anyone, since the
 *          module was loaded. Also given if the ioctl failed half way with
 *          EAGAIN or EINTR.
 *
 * An edu has sent its message before the ioctl returns. An ivshmem sends it
 * some time later, from QEMU's main loop, where raises of one source may merge
 * too.
 */
struct lab_host_raise {
	__u32 device;
	__u32 source;
	__u32 count;
	__u32 reserved;
	__u64 raised;
};

/**
 * struct lab_host_apic - LAB_HOST_READ_APIC's argument
 * @cpu: in: which CPU.
 * @reserved: in: 0.
 * @isr: out: its in-service register, the eight banks; the vectors that the
 *       kernel keeps for itself (from 0xec up) are shown as 0.
 * @irr: out: its interrupt request register, likewise.
 */
struct lab_host_apic {
	__u32 cpu;
	__u32 reserved;
	__u32 isr[8];
	__u32 irr[8];
};

/**
 * struct lab_host_held - LAB_HOST_RAISE_HELD's argument
 * @device: index of the device.
 * @source: index of the source.
 * @cpu:    the CPU to hold.
 * @usecs:  for how long it keeps its interrupts closed,
 *          1..LAB_HOST_HELD_USECS_MAX, after the source was raised once: the
 *          interrupt is pending there all the time.
 */
struct lab_host_held {
	__u32 device;
	__u32 source;
	__u32 cpu;
	__u32 usecs;
};

/* ENOENT: no device of this index. */
#define LAB_HOST_GET_DEVICE	_IOWR(LAB_HOST_IOCTL, 0x00, struct lab_host_device)
/* ENOENT: no such device or source. EINVAL: a value out of range. */
#define LAB_HOST_SET_MESSAGE	_IOW(LAB_HOST_IOCTL, 0x01, struct lab_host_message)
/*
 * ENOENT, EINVAL as above. EAGAIN: the source is masked. EINTR: a signal ended
 * the caller.
 */
#define LAB_HOST_RAISE		_IOWR(LAB_HOST_IOCTL, 0x02, struct lab_host_raise)
/* EINVAL: no such CPU, or offline; or @reserved is not 0. */
#define LAB_HOST_READ_APIC	_IOWR(LAB_HOST_IOCTL, 0x03, struct lab_host_apic)
/*
 * Raises the source while @cpu's interrupts are closed, and returns at once
 * when the interrupt is seen pending in that CPU's interrupt controller; the
 * CPU opens its interrupts @usecs later. Only one CPU can be held at a time.
 *
 * ETIME: it did not become pending within a second. EBUSY: a CPU is still held
 * by an earlier call. EINVAL: a value out of range; @cpu is offline, or is the
 * one that the caller runs on (set the caller's affinity first), or is not the
 * one that the source's message names. ENOENT, EAGAIN: as LAB_HOST_RAISE.
 */
#define LAB_HOST_RAISE_HELD	_IOW(LAB_HOST_IOCTL, 0x04, struct lab_host_held)

#endif /* _LAB_HOST_H */
