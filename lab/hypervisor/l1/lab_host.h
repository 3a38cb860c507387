/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * The lab's host: how tests and the demo ask for real device interrupts, and
 * tell the host how to behave.
 *
 * Owns: the ioctls of /dev/vtlirq_lab_host. It is an interface of the lab, which may change at any
 * time.
 *
 * A device has one or more sources (its MSI, or its MSI-X table entries). The target of a source
 * is set either by LAB_HOST_SET_MESSAGE, which names CPU and vector directly, or as on Hyper-V, by
 * the hypercall HvCallRetargetDeviceInterrupt through the driver. In that call the
 * device id is struct lab_host_device.bdf, the MSI's address LAB_HOST_MSI_ADDRESS
 * and its data the number of the source.
 */
#ifndef _LAB_HOST_H
#define _LAB_HOST_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define LAB_HOST_NODE	"/dev/vtlirq_lab_host"
#define LAB_HOST_IOCTL	0xB9

#define LAB_HOST_KIND_EDU	1
#define LAB_HOST_KIND_IVSHMEM	2
/* Any other PCI function; only the device itself can raise it. */
#define LAB_HOST_KIND_FUNCTION	3

/* Entry data 0 of every source in HvCallRetargetDeviceInterrupt. */
#define LAB_HOST_MSI_ADDRESS	0xfee00000

/* Indices of devices are below this; a removed device leaves a gap. */
#define LAB_HOST_DEVICES_MAX	32
#define LAB_HOST_RAISES_MAX	1000000
#define LAB_HOST_HELD_USECS_MAX	1000000
#define LAB_HOST_EVENTS_MAX	1000000

/**
 * struct lab_host_device - LAB_HOST_GET_DEVICE's argument
 * @index:   in: which device, from 0.
 * @kind:    out: one of LAB_HOST_KIND_*.
 * @sources: out: how many sources it has.
 * @bdf:     out: PCI bus << 8 | devfn.
 * @name:    out: its name, such as "edu 00:03.0".
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
 * @enabled: 0: the source is masked, and @apic_id and @vector are ignored; 1: it
 *           raises.
 *
 * A raise of an ivshmem that was not delivered when its source was masked stays pending, and is
 * sent when the source is enabled again.
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
 * @raised: out: how often the source was raised, by all callers, since the module
 *          was loaded. Also set if the ioctl stopped early with EAGAIN or EINTR.
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
 *       kernel reserves for itself (from 0xec on) are shown as 0.
 * @irr: out: its interrupt request register, in the same form.
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
 * @usecs:  how long it keeps interrupts off, 1..LAB_HOST_HELD_USECS_MAX, after the
 *          source was raised once: the interrupt is pending there meanwhile.
 */
struct lab_host_held {
	__u32 device;
	__u32 source;
	__u32 cpu;
	__u32 usecs;
};

/**
 * struct lab_host_mask - LAB_HOST_SET_MASK's argument
 * @device: index of the device.
 * @source: index of the source.
 * @masked: 1: it raises nothing until it is unmasked, whatever its target is; 0: it
 *          raises.
 * @reserved: 0.
 *
 * A guest does this in its device. A retarget does not change it; a source is masked until it is
 * unmasked here, or enabled by LAB_HOST_SET_MESSAGE.
 */
struct lab_host_mask {
	__u32 device;
	__u32 source;
	__u32 masked;
	__u32 reserved;
};

/* struct lab_host_source.delivery */
#define LAB_HOST_DELIVERY_NONE		0	/* no target has been set */
#define LAB_HOST_DELIVERY_MESSAGE	1	/* LAB_HOST_SET_MESSAGE */
#define LAB_HOST_DELIVERY_REDIRECTED	2	/* to a hardware vector, by hypercall */
#define LAB_HOST_DELIVERY_PROXIED	3	/* to the host, by hypercall */

/**
 * struct lab_host_source - LAB_HOST_GET_SOURCE's argument
 * @device:   in: index of the device.
 * @source:   in: index of the source.
 * @delivery: out: LAB_HOST_DELIVERY_*.
 * @masked:   out: 1 if it is masked.
 * @vp:       out: the CPU that its message names, or the first VP of its set.
 * @vector:   out: the vector there: of the CPU, or (proxied) of VTL0.
 * @exits:    out: host exits for its interrupts: one for each proxied interrupt.
 * @raised:   out: as in struct lab_host_raise.
 */
struct lab_host_source {
	__u32 device;
	__u32 source;
	__u32 delivery;
	__u32 masked;
	__u32 vp;
	__u32 vector;
	__u64 exits;
	__u64 raised;
};

/**
 * struct lab_host_vp - LAB_HOST_GET_VP's argument
 * @vp:         in: which VP.
 * @reserved:   in: 0.
 * @exits:      out: host exits for device interrupts that are proxied to it.
 * @eoms:       out: host exits because it wrote its EOM register.
 * @singles:    out: messages with a single vector.
 * @multiples:  out: messages with several vectors.
 * @queued:     out: times a vector had to wait because the slot was full.
 * @merged:     out: interrupts whose vector was waiting already: one message serves
 *              both, as one bit in an APIC does.
 * @waiting:    out: how many vectors wait now.
 * @slot_full:  out: 1 if the slot has a message now.
 */
struct lab_host_vp {
	__u32 vp;
	__u32 reserved;
	__u64 exits;
	__u64 eoms;
	__u64 singles;
	__u64 multiples;
	__u64 queued;
	__u64 merged;
	__u32 waiting;
	__u32 slot_full;
};

/* struct lab_host_behaviour.flags: the capability register has bit 34. */
#define LAB_HOST_REDIRECTS	0x1
/*
 * A message for a masked SINT is written to its slot at once, and raises no interrupt, then or
 * later (TLFS, "SynIC Messages"). Without this flag it waits until the SINT is unmasked, as
 * OpenHCL's VMM expects (pause_message_stream() in its hcl/src/vmbus.rs).
 */
#define LAB_HOST_WRITES_MASKED	0x2

/**
 * struct lab_host_behaviour - LAB_HOST_SET_BEHAVIOUR's and _GET_'s argument
 * @flags:         LAB_HOST_*; REDIRECTS by default. Without it the call is refused
 *                 if its redirect flag is set (a reserved bit then).
 * @refuse_count:  the number of retargets to be refused.
 * @refuse_status: the status for them; not 0.
 * @refuse_redirected_only: 1: refuse only those with the redirect flag.
 * @delay_us:      an additional delay of each retarget, up to a second.
 * @duplicate_count: the number of messages to be sent twice.
 * @retargets:     out: retargets so far, refused ones too.
 * @refused:       out: how many were refused, for any reason.
 * @shared_pages:  out: how many pages of its memory VTL2 shares with the host now.
 */
struct lab_host_behaviour {
	__u32 flags;
	__u32 refuse_count;
	__u32 refuse_status;
	__u32 refuse_redirected_only;
	__u32 delay_us;
	__u32 duplicate_count;
	__u64 retargets;
	__u64 refused;
	__u64 shared_pages;
};

/**
 * struct lab_host_post - LAB_HOST_POST's argument: a hostile host's message
 * @vp:        the VP to whose slot 0 it is written, whatever the slot contains.
 * @interrupt: 1: the shared vector is raised, too.
 * @message:   all of the slot.
 */
struct lab_host_post {
	__u32 vp;
	__u32 interrupt;
	__u8 message[256];
};

/**
 * struct lab_host_vector - LAB_HOST_RAISE_VECTOR's argument
 * @cpu:    the CPU.
 * @vector: its vector, 31..255; 0: that CPU's shared vector. The kernel treats one of
 *          its own as its interrupt: for 0x32, of the legacy PIC, it sends no EOI, so
 *          that CPU takes no interrupt below 0x40 any more.
 */
struct lab_host_vector {
	__u32 cpu;
	__u32 vector;
};

/**
 * struct lab_host_hostile - LAB_HOST_HOSTILE's argument: a hostile host at full speed
 * @seed:       of the random numbers; the same seed gives the same events.
 * @count:      how many events, 0..LAB_HOST_EVENTS_MAX, each at a random VP: three of
 *              four are a message in its slot, most of them nearly valid; the others
 *              are its shared vector, or one of the CPU's vectors from 0x40 to
 *              0xea, except 0x80: Linux would treat its own as its interrupts.
 * @reserved:   0.
 * @messages:   out: messages written, as by LAB_HOST_POST.
 * @interrupts: out: times a shared vector was raised.
 * @vectors:    out: other vectors raised.
 *
 * The counters are set even if a signal ended it early.
 */
struct lab_host_hostile {
	__u64 seed;
	__u32 count;
	__u32 reserved;
	__u64 messages;
	__u64 interrupts;
	__u64 vectors;
};

/* The number of messages for SINT 7 that may wait. */
#define LAB_HOST_SINT_QUEUE	16

/**
 * struct lab_host_sint_message - LAB_HOST_SINT_SEND's argument
 * @message: for slot 7 of VP 0, all of it. A correct host writes a size up to 240 in
 *           byte 4. The host itself sets the pending flag, bit 0 of byte 5.
 */
struct lab_host_sint_message {
	__u8 message[256];
};

/**
 * struct lab_host_event - LAB_HOST_SINT_EVENT's argument
 * @vp:   the VP whose page is used.
 * @flag: which flag of SINT 7, below 2048.
 */
struct lab_host_event {
	__u32 vp;
	__u32 flag;
};

/**
 * struct lab_host_refusal - LAB_HOST_SINT_REFUSE's argument
 * @count:  the number of messages and events of the guest to be refused.
 * @status: the status for them; not 0.
 */
struct lab_host_refusal {
	__u32 count;
	__u32 status;
};

/**
 * struct lab_host_sint - LAB_HOST_GET_SINT's argument
 * @vp:       in: which VP.
 * @masked:   out: SINT 7 is masked there.
 * @waiting:  out: messages that wait for slot 7 of VP 0.
 * @slot_full: out: 1 if that slot has a message now.
 * @posts:    out: messages that the guest has posted, and that were accepted.
 * @signals:  out: events that it has signalled, and that were accepted.
 * @post_connection: out: of the last message.
 * @post_type: out: of the last message.
 * @post_size: out: of the last message.
 * @signal_connection: out: of the last event.
 * @signal_flag: out: of the last event.
 * @reserved: out: 0.
 * @payload:  out: of the last message, including the bytes after its size.
 */
struct lab_host_sint {
	__u32 vp;
	__u32 masked;
	__u32 waiting;
	__u32 slot_full;
	__u64 posts;
	__u64 signals;
	__u32 post_connection;
	__u32 post_type;
	__u32 post_size;
	__u32 signal_connection;
	__u32 signal_flag;
	__u32 reserved;
	__u8 payload[240];
};

/* ENOENT: no device of this index. */
#define LAB_HOST_GET_DEVICE	_IOWR(LAB_HOST_IOCTL, 0x00, struct lab_host_device)
/* ENOENT: no such device or source. EINVAL: a value out of range. */
#define LAB_HOST_SET_MESSAGE	_IOW(LAB_HOST_IOCTL, 0x01, struct lab_host_message)
/*
 * ENOENT, EINVAL as above. EAGAIN: the source is masked. EINTR: a signal ended
 * the caller. EOPNOTSUPP: the device is a LAB_HOST_KIND_FUNCTION.
 */
#define LAB_HOST_RAISE		_IOWR(LAB_HOST_IOCTL, 0x02, struct lab_host_raise)
/* EINVAL: no such CPU, or offline; or @reserved is not 0. */
#define LAB_HOST_READ_APIC	_IOWR(LAB_HOST_IOCTL, 0x03, struct lab_host_apic)
/*
 * Raises the source while @cpu has interrupts off, and returns as soon as the interrupt is pending
 * in that CPU's interrupt controller; the CPU turns interrupts on @usecs later. Only one CPU can
 * be held at a time.
 *
 * ETIME: it did not become pending within a second. EBUSY: a CPU is still held
 * by an earlier call. EINVAL: a value out of range; @cpu is offline, or is the
 * one that the caller runs on (set the caller's affinity first), or is not the
 * one that the source's message names. ENOENT, EAGAIN, EOPNOTSUPP: as LAB_HOST_RAISE.
 */
#define LAB_HOST_RAISE_HELD	_IOW(LAB_HOST_IOCTL, 0x04, struct lab_host_held)
/* ENOENT, EINVAL as above; ENOSPC: the host has no free vector for it. */
#define LAB_HOST_SET_MASK	_IOW(LAB_HOST_IOCTL, 0x05, struct lab_host_mask)
/* ENOENT. */
#define LAB_HOST_GET_SOURCE	_IOWR(LAB_HOST_IOCTL, 0x06, struct lab_host_source)
/* EINVAL: no such VP, or @reserved is not 0. */
#define LAB_HOST_GET_VP		_IOWR(LAB_HOST_IOCTL, 0x07, struct lab_host_vp)
/* EINVAL: a value out of range. */
#define LAB_HOST_SET_BEHAVIOUR	_IOW(LAB_HOST_IOCTL, 0x08, struct lab_host_behaviour)
#define LAB_HOST_GET_BEHAVIOUR	_IOR(LAB_HOST_IOCTL, 0x09, struct lab_host_behaviour)
/* EINVAL: no such VP, or a value out of range. */
#define LAB_HOST_POST		_IOW(LAB_HOST_IOCTL, 0x0a, struct lab_host_post)
/* EINVAL: no such CPU, or offline; a value out of range. */
#define LAB_HOST_RAISE_VECTOR	_IOW(LAB_HOST_IOCTL, 0x0b, struct lab_host_vector)
/* EINVAL: a value out of range. EINTR: a signal ended the caller. */
#define LAB_HOST_HOSTILE	_IOWR(LAB_HOST_IOCTL, 0x0c, struct lab_host_hostile)
/* EINVAL: the message has no type. EAGAIN: too many wait. */
#define LAB_HOST_SINT_SEND	_IOW(LAB_HOST_IOCTL, 0x0d, struct lab_host_sint_message)
/* EINVAL: no such VP or flag, or its CPU is offline. EAGAIN: SINT 7 is masked there. */
#define LAB_HOST_SINT_EVENT	_IOW(LAB_HOST_IOCTL, 0x0e, struct lab_host_event)
/* EINVAL: a value out of range. */
#define LAB_HOST_SINT_REFUSE	_IOW(LAB_HOST_IOCTL, 0x0f, struct lab_host_refusal)
/* EINVAL: no such VP. */
#define LAB_HOST_GET_SINT	_IOWR(LAB_HOST_IOCTL, 0x10, struct lab_host_sint)

#endif /* _LAB_HOST_H */
