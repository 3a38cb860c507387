/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * The interface between the Hyper-V VTL driver and the user space of a paravisor.
 *
 * Owns: ioctl numbers, their structures, and the layout of the run page.
 * OpenHCL's VMM already uses the same numbers and offsets.
 *
 * Terms: VTL0 is the guest, VTL2 the paravisor. VP n is Linux CPU n of VTL2.
 * A proxy vector is an interrupt vector as VTL0 knows it; a hardware vector
 * is the CPU vector of VTL2 to which it is mapped on one CPU.
 */
#ifndef _UAPI_LINUX_MSHV_VTL_H
#define _UAPI_LINUX_MSHV_VTL_H

#include <linux/ioctl.h>
#include <linux/types.h>

/*
 * Linux's own header of /dev/mshv, where it exists. From 6.19 on it defines some of the
 * names below, with the same numbers. So that a program may include both headers in any
 * order, each of these names is either defined here with the same spelling, or only if
 * that header does not define it.
 */
#ifdef __has_include
#if __has_include("linux/mshv.h")
#include <linux/mshv.h>
#endif
#endif

#define MSHV_IOCTL	0xB8

/**
 * MSHV_CHECK_EXTENSION - ask what this driver can do (on /dev/mshv)
 *
 * The argument points to a __u32 that holds one of MSHV_CAP_*.
 *
 * Return: the value of the capability (>= 0), or
 * EOPNOTSUPP - this driver does not know the capability, or it is not supported on this
 *              machine;
 * EFAULT - the argument cannot be read.
 */
#define MSHV_CHECK_EXTENSION	_IOW(MSHV_IOCTL, 0x00, __u32)

/* Always 0: the core of the API is not declared to be stable. */
#define MSHV_CAP_CORE_API_STABLE	0x0
/* 1: the register page can be mapped (kind MSHV_VTL_PAGE_REGISTERS). */
#define MSHV_CAP_REGISTER_PAGE		0x1
/* 1: VTL return actions are executed. */
#define MSHV_CAP_VTL_RETURN_ACTION	0x2
/* 1: DR6 is shared between the VTLs. */
#define MSHV_CAP_DR6_SHARED		0x3
/* 1: the timer of the lower VTL is virtualized (TDX). */
#define MSHV_CAP_LOWER_VTL_TIMER_VIRT	4
/*
 * 1: MSHV_MAP_REDIRECTED_DEVICE_INTERRUPT can map vectors. Only this driver has this
 * number, which is far from those above; a VMM that does not know it may call the
 * ioctl anyway, and fall back when it fails.
 */
#define MSHV_CAP_REDIRECTED_INTERRUPT	0x10000
/* 1: MSHV_GET_VP_INTERRUPTS is supported. Only this driver has this number. */
#define MSHV_CAP_VP_INTERRUPTS		0x10001
/*
 * 1: the driver receives the host's messages on the shared vector, so that proxied
 * interrupts arrive in VTL0. Only this driver has this number.
 */
#define MSHV_CAP_PROXIED_INTERRUPT	0x10002
/*
 * 1: the kernel handles IA32_TSC_DEADLINE of VTL0 if the VMM requests it; see struct
 * mshv_tdx_tsc_deadline. Only this driver has this number. A driver without it ignores
 * the request, and returns to the VMM for all exits of the timer.
 */
#define MSHV_CAP_TSC_DEADLINE_OFFLOAD	0x10003

/**
 * MSHV_CREATE_VTL - create a VTL file (on /dev/mshv)
 *
 * The argument is ignored. Any number of VTL files may exist, for the same VPs. Each file
 * has its own references to mappings (MSHV_MAP_REDIRECTED_DEVICE_INTERRUPT), which are
 * dropped when the file is closed.
 *
 * Return: the new file descriptor (O_RDWR, O_CLOEXEC), or
 * ENOMEM - out of memory;
 * EMFILE, ENFILE - out of file descriptors.
 */
#define MSHV_CREATE_VTL		_IOR(MSHV_IOCTL, 0x1D, char)

/**
 * struct mshv_map_device_intr - argument of MSHV_MAP_REDIRECTED_DEVICE_INTERRUPT
 * @vector:         map: in: proxy vector, out: hardware vector.
 *                  unmap: hardware vector, not written.
 * @apic_id:        identifies the VP: the APIC id of its CPU in VTL2.
 * @create_mapping: 1 to map, 0 to unmap.
 * @padding:        must be zero.
 */
struct mshv_map_device_intr {
	__u32 vector;
	__u32 apic_id;
	__u8 create_mapping;
	__u8 padding[7];
};

/**
 * MSHV_MAP_REDIRECTED_DEVICE_INTERRUPT - map or unmap (on a VTL file)
 *
 * Map: maps (@vector, @apic_id) to a hardware vector of that CPU; an interrupt that
 * arrives on it sets the bit of the proxy vector in the run page of that VP. If the
 * pair is already mapped, the same hardware vector is returned. Each successful call
 * adds one reference, which the VTL file holds.
 *
 * Unmap: drops one reference that this VTL file holds to (hardware vector, @apic_id).
 * With the last reference of all files the mapping is removed: an interrupt that
 * is pending is relayed, and after the call has returned the mapping sets no bit any
 * more. Closing a VTL file drops all references that it holds.
 *
 * Return: 0, or
 * EINVAL - the vector is above 255; padding is not zero; @create_mapping is
 *          neither 0 nor 1; map: the vector is not legal for a local APIC
 *          (below 16), no CPU has this APIC id, or that CPU is offline;
 * ENOENT - unmap: this file holds no such reference;
 * ENODEV - map: that CPU has no vector left, or its quota is used up, or this
 *          machine cannot redirect. The caller then lets the host relay this
 *          interrupt (proxied). A vector that was unmapped, and was ever raised, can be
 *          mapped again only after it has been quiet for a while; map waits for that,
 *          up to a second, unless it is still being raised;
 * EOVERFLOW - map: this file already holds 2^32 - 1 references to it;
 * ENOMEM - map: out of memory;
 * EFAULT - the argument cannot be read, or cannot be written; then nothing is mapped.
 */
#define MSHV_MAP_REDIRECTED_DEVICE_INTERRUPT \
	_IOWR(MSHV_IOCTL, 0x39, struct mshv_map_device_intr)

/**
 * MSHV_RETURN_TO_LOWER_VTL - run VTL0 on the VP of the calling CPU (VTL file)
 *
 * The calling thread must be bound to that CPU. VTL0 runs until the VMM is needed;
 * @offload_flags of the run page says what the kernel may handle without it.
 *
 * Return: 0 - VTL0 exited, the run page has the reason; or
 * EINTR - no exit: a signal, a cancel (MSHV_KICK_CPUS, the poll file, @cancel),
 *         proxy interrupts that the VMM must take itself, or work of the kernel for
 *         this thread; the caller checks for these, and calls again;
 * EIO - VTL0 could not be entered; rax of the context has the status;
 * EINVAL - the context holds a value that the CPU refuses, or the caller was
 *          moved to another CPU;
 * EBUSY - another thread runs this VP;
 * ENOMEM - out of memory, at the first entry on this VP;
 * EOPNOTSUPP - this machine cannot enter VTL0.
 */
#define MSHV_RETURN_TO_LOWER_VTL	_IO(MSHV_IOCTL, 0x27)

/**
 * struct mshv_set_poll_file - argument of MSHV_SET_POLL_FILE
 * @cpu: the VP.
 * @fd:  a file that can be polled.
 */
struct mshv_set_poll_file {
	__u32 cpu;
	__u32 fd;
};

/**
 * MSHV_SET_POLL_FILE - set a file that ends VTL0's run when it becomes readable
 *
 * An error or a hang-up of the file also ends the run. A file that is already readable
 * ends it at once. Replaces the file that was set for the VP before. The file is dropped
 * when the VTL file is closed, or when the process that set it ends.
 *
 * Return: 0, or
 * EINVAL - no such VP, or its CPU is offline;
 * EBADFD - @fd is not an open file;
 * EPERM - the file cannot be polled;
 * ENOMEM - out of memory;
 * EFAULT - the argument cannot be read.
 */
#ifndef MSHV_SET_POLL_FILE
#define MSHV_SET_POLL_FILE	_IOW(MSHV_IOCTL, 0x25, struct mshv_set_poll_file)
#endif

#define MSHV_KICK_CPUS_WAIT	(1ULL << 0)
#define MSHV_KICK_CPUS_CANCEL	(1ULL << 1)

/**
 * struct mshv_kick_cpus - argument of MSHV_KICK_CPUS
 * @len:   length of @mask in bits (as OpenHCL's VMM passes it).
 * @mask:  address of a bitmap of VPs, least significant bit first.
 * @flags: MSHV_KICK_CPUS_WAIT: return when every VP has left VTL0;
 *         MSHV_KICK_CPUS_CANCEL: make every VP return to the VMM.
 */
struct mshv_kick_cpus {
	__u64 len;
	__u64 mask;
	__u64 flags;
};

/**
 * MSHV_KICK_CPUS - make VPs leave VTL0
 *
 * The calling CPU, and VPs whose CPU is offline, are ignored.
 *
 * Return: 0, or
 * EINVAL - unknown flags;
 * ENOMEM - out of memory;
 * EFAULT - the argument or the mask cannot be read.
 */
#define MSHV_KICK_CPUS		_IOW(MSHV_IOCTL, 0x38, struct mshv_kick_cpus)

/**
 * struct mshv_tdcall - argument of MSHV_TDCALL: registers, in and out
 * @r10_out: out only.
 * @r11_out: out only.
 */
struct mshv_tdcall {
	__u64 rax;
	__u64 rcx;
	__u64 rdx;
	__u64 r8;
	__u64 r9;
	__u64 r10_out;
	__u64 r11_out;
};

/**
 * MSHV_TDCALL - call the TDX module on the calling CPU
 *
 * Only calls that set up VTL0 are allowed; docs/trust.md lists them. The VMM can change
 * neither a field that the driver owns, nor how memory is used that the kernel manages,
 * except for its own locked pages. Reserved bits of an event to be injected are written as 0.
 *
 * Return: 0, and the status of the module is in @rax; or
 * EPERM - this leaf, field, value or address is not allowed;
 * ENOSPC - VTL0 may access 16 pages of VMMs already;
 * ENOMEM - out of memory;
 * ENOTTY - this is not a TDX guest with L2 VMs;
 * EFAULT - the argument cannot be read or written.
 */
#define MSHV_TDCALL		_IOWR(MSHV_IOCTL, 0x32, struct mshv_tdcall)

/**
 * MSHV_READ_VMX_CR4_FIXED1 - get the bits of CR4 that VTL0 may set (VTL file, TDX)
 *
 * The argument points to a __u64, to which the value of the MSR IA32_VMX_CR4_FIXED1
 * (0x489) is written, as the TDX module returns it to this guest.
 *
 * Return: 0, or
 * EINVAL - this guest does not have this MSR;
 * ENOTTY - this is not a TDX guest with L2 VMs;
 * EFAULT - the argument cannot be written.
 */
#define MSHV_READ_VMX_CR4_FIXED1	_IOR(MSHV_IOCTL, 0x33, __u64)

/**
 * struct mshv_register - a register and its value, in the layout of the TLFS
 * @name:     HV_REGISTER_NAME of the TLFS.
 * @reserved: ignored.
 * @value:    low half, high half.
 */
struct mshv_register {
	__u32 name;
	__u32 reserved[3];
	__u64 value[2];
};

/**
 * struct mshv_register_list - argument of MSHV_GET_VP_REGISTERS and MSHV_SET_VP_REGISTERS
 * @count:     must be 1.
 * @reserved:  ignored, since OpenHCL's VMM does not initialize it.
 * @registers: address of @count struct mshv_register.
 */
struct mshv_register_list {
	__u32 count;
	__u32 reserved;
	__u64 registers;
};

/**
 * MSHV_GET_VP_REGISTERS - read a register of VTL0 (VTL file)
 *
 * It is a register of the VP of the calling CPU. On TDX only these can be read: XFEM
 * (0x40005, VTL0's XCR0), DR0 to DR3 (0x50000 to 0x50003), DR6 (0x50004), and the MTRRs
 * (0x8000d, 0x8000e, 0x80010 to 0x8001f, 0x80040 to 0x8004f, 0x80070 to 0x8007a), which
 * are those of the CPU.
 *
 * Return: 0, or
 * EINVAL - @count is not 1; there is no such register;
 * ENOMEM - out of memory;
 * ENOTTY - VTL0 cannot be entered on this machine;
 * EFAULT - the argument or the register cannot be read, or cannot be written.
 */
#ifndef MSHV_GET_VP_REGISTERS
#define MSHV_GET_VP_REGISTERS	_IOWR(MSHV_IOCTL, 0x05, struct mshv_register_list)
#endif

/**
 * MSHV_SET_VP_REGISTERS - write a register of VTL0 (VTL file)
 *
 * See MSHV_GET_VP_REGISTERS. An MTRR can be written only with its present value, since it
 * also affects the memory of VTL2's kernel.
 *
 * Return: as MSHV_GET_VP_REGISTERS; also
 * EINVAL - the CPU refuses the value, or it has more than 64 bits.
 */
#ifndef MSHV_SET_VP_REGISTERS
#define MSHV_SET_VP_REGISTERS	_IOW(MSHV_IOCTL, 0x06, struct mshv_register_list)
#endif

/**
 * struct mshv_vector_counts - interrupts relayed for one proxy vector of a VP
 * @redirected: interrupts on hardware vectors that were mapped for it.
 * @proxied:    interrupts in messages of the host.
 *
 * Counted since the driver was loaded, for all VTL files together.
 */
struct mshv_vector_counts {
	__u64 redirected;
	__u64 proxied;
};

/**
 * struct mshv_vp_interrupts - argument of MSHV_GET_VP_INTERRUPTS
 * @vp:           in: the VP.
 * @counts_first: in: the first proxy vector to count.
 * @counts_len:   in: how many vectors; the last one is below 256. 0: none.
 * @reserved:     must be zero.
 * @counts:       in: address of @counts_len struct mshv_vector_counts.
 * @blocked:      out: interrupts that the VMM blocked, redirected and proxied.
 * @apic_id:      out: identifies the VP in MSHV_MAP_REDIRECTED_DEVICE_INTERRUPT.
 * @quota:        out: most hardware vectors that may be mapped there; 0: no limit.
 * @mapped:       out: hardware vectors that are mapped.
 * @quarantined:  out: hardware vectors that were unmapped, and are not used again until
 *                they are quiet. They count against the quota, but a vector that was
 *                never raised is freed for a new mapping.
 */
struct mshv_vp_interrupts {
	__u32 vp;
	__u32 counts_first;
	__u32 counts_len;
	__u32 reserved;
	__u64 counts;
	__u64 blocked;
	__u32 apic_id;
	__u32 quota;
	__u32 mapped;
	__u32 quarantined;
};

/**
 * MSHV_GET_VP_INTERRUPTS - count the redirected and proxied interrupts of a VP (VTL file)
 *
 * Only this driver has it: see MSHV_CAP_VP_INTERRUPTS.
 *
 * Return: 0, or
 * EINVAL - no such VP; a vector is above 255; @reserved is not zero;
 * ENOMEM - out of memory;
 * EFAULT - the argument cannot be read, or the results cannot be written.
 */
#define MSHV_GET_VP_INTERRUPTS	_IOWR(MSHV_IOCTL, 0xE0, struct mshv_vp_interrupts)

/**
 * struct mshv_hvcall_setup - argument of MSHV_HVCALL_SETUP
 * @bitmap_size: bytes at @bitmap, up to 8192.
 * @bitmap:      address of a bitmap: bit n is set if call code n is allowed.
 */
struct mshv_hvcall_setup {
	__u64 bitmap_size;
	__u64 bitmap;
};

/**
 * MSHV_HVCALL_SETUP - set once which hypercalls this file may make
 * (on /dev/mshv_hvcall)
 *
 * Before that, no call is allowed; neither is a call code beyond the bitmap.
 *
 * Return: 0, or
 * EINVAL - @bitmap_size is above 8192, or this file is already set up;
 * ENOMEM - out of memory;
 * EFAULT - the argument or the bitmap cannot be read.
 */
#ifndef MSHV_HVCALL_SETUP
#define MSHV_HVCALL_SETUP	_IOW(MSHV_IOCTL, 0x1E, struct mshv_hvcall_setup)
#endif

/**
 * struct mshv_hvcall - argument of MSHV_HVCALL
 * @control:     the control word of the hypercall: bits 0..15 are the call code.
 * @input_size:  bytes at @input, up to 4096.
 * @input:       address of the input.
 * @status:      out: the result: bits 0..15 are the status.
 * @output_size: bytes at @output, up to 4096.
 * @output:      address for the output; ignored if @output_size is 0. If the call starts at a later
 *               rep (bits 48..59 of @control), in and out: the host sees what is there, and
 *               the results of the reps before remain.
 */
struct mshv_hvcall {
	__u64 control;
	__u64 input_size;
	__u64 input;
	__u64 status;
	__u64 output_size;
	__u64 output;
};

/**
 * MSHV_HVCALL - make a hypercall (on /dev/mshv_hvcall)
 *
 * Return: 0, and the result is in @status; or
 * EPERM - this file may not make this call;
 * EINVAL - a size is above 4096, or it is a fast call (input in registers);
 * EOPNOTSUPP - there is no host to call;
 * ENOMEM - out of memory;
 * EFAULT - the argument, the input or the output of a call that continues cannot be read, or
 * the results cannot be written.
 */
#ifndef MSHV_HVCALL
#define MSHV_HVCALL		_IOWR(MSHV_IOCTL, 0x1F, struct mshv_hvcall)
#endif

/* A read of /dev/mshv_sint returns a message of this size, in the layout of the TLFS. */
#define MSHV_MESSAGE_SIZE	256

/*
 * /dev/mshv_sint: messages and events between the VMM and the host's VMBus. The host
 * sends on SINT 7: messages to CPU 0, events to any CPU. SINT 7 is masked until
 * MSHV_SINT_PAUSE_MESSAGE_STREAM unmasks it, and again when the last file is closed.
 *
 * read returns one message, and waits for it unless the file is O_NONBLOCK:
 * EINVAL - the buffer is smaller than MSHV_MESSAGE_SIZE;
 * EAGAIN - O_NONBLOCK: there is no message;
 * EINTR - a signal arrived first;
 * EFAULT - the message cannot be written; the next read returns it;
 * 0 - the stream is paused, and there is no message left.
 *
 * poll: the file is readable if there is a message, or if the stream is paused.
 */

/**
 * struct mshv_signal_event - argument of MSHV_SINT_SIGNAL_EVENT
 * @connection_id: the connection.
 * @flag:          the event of the connection, up to 65535.
 */
struct mshv_signal_event {
	__u32 connection_id;
	__u32 flag;
};

/**
 * MSHV_SINT_SIGNAL_EVENT - signal an event to the host (on /dev/mshv_sint)
 *
 * Return: the host's status (TLFS, HvCallSignalEvent), 0 for success; or
 * EINVAL - @flag is above 65535;
 * EOPNOTSUPP - there is no host to call;
 * ENOMEM - out of memory;
 * EFAULT - the argument cannot be read.
 */
#ifndef MSHV_SINT_SIGNAL_EVENT
#define MSHV_SINT_SIGNAL_EVENT	_IOW(MSHV_IOCTL, 0x22, struct mshv_signal_event)
#endif

/**
 * struct mshv_post_message - argument of MSHV_SINT_POST_MESSAGE
 * @message_type:  up to 2^32 - 1.
 * @connection_id: the connection.
 * @payload_size:  bytes at @payload, up to 240.
 * @payload:       address of the message.
 */
struct mshv_post_message {
	__u64 message_type;
	__u32 connection_id;
	__u32 payload_size;
	__u64 payload;
};

/**
 * MSHV_SINT_POST_MESSAGE - post a message to the host (on /dev/mshv_sint)
 *
 * Return: the host's status (TLFS, HvCallPostMessage), 0 for success. If the host
 * has no room for the message, its status says so, and the VMM tries again. Or
 * EINVAL - @payload_size is above 240, or @message_type above 2^32 - 1;
 * EOPNOTSUPP - there is no host to call;
 * ENOMEM - out of memory;
 * EFAULT - the argument or the message cannot be read.
 */
#ifndef MSHV_SINT_POST_MESSAGE
#define MSHV_SINT_POST_MESSAGE	_IOW(MSHV_IOCTL, 0x23, struct mshv_post_message)
#endif

/**
 * struct mshv_set_eventfd - argument of MSHV_SINT_SET_EVENTFD
 * @fd:   an eventfd, or a negative number for none.
 * @flag: an event flag of SINT 7, below 2048.
 */
struct mshv_set_eventfd {
	__s32 fd;
	__u32 flag;
};

/**
 * MSHV_SINT_SET_EVENTFD - set an eventfd that an event of the host signals (on
 * /dev/mshv_sint)
 *
 * Replaces the eventfd that was set for this flag before: that one is not signalled any
 * more when the call returns. An event without an eventfd is dropped.
 *
 * Return: 0, or
 * EINVAL - @flag is above 2047, or @fd is not an eventfd;
 * EBADF - @fd is not an open file;
 * EFAULT - the argument cannot be read.
 */
#ifndef MSHV_SINT_SET_EVENTFD
#define MSHV_SINT_SET_EVENTFD	_IOW(MSHV_IOCTL, 0x24, struct mshv_set_eventfd)
#endif

/**
 * struct mshv_pause_messages - argument of MSHV_SINT_PAUSE_MESSAGE_STREAM
 * @pause:    1: the host sends no messages and events; 0: it sends them.
 * @reserved: must be zero.
 */
struct mshv_pause_messages {
	__u8 pause;
	__u8 reserved[7];
};

/**
 * MSHV_SINT_PAUSE_MESSAGE_STREAM - mask or unmask SINT 7 (on /dev/mshv_sint)
 *
 * It has the same number as MSHV_SET_POLL_FILE, which is an ioctl of a VTL file.
 *
 * Return: 0, or
 * EINVAL - @pause is neither 0 nor 1, or @reserved is not zero;
 * EOPNOTSUPP - there is no host that sends messages;
 * EFAULT - the argument cannot be read.
 */
#ifndef MSHV_SINT_PAUSE_MESSAGE_STREAM
#define MSHV_SINT_PAUSE_MESSAGE_STREAM \
	_IOW(MSHV_IOCTL, 0x25, struct mshv_pause_messages)
#endif

/*
 * mmap of /dev/mshv_vtl_low maps VTL0's memory. Opening the file needs CAP_SYS_ADMIN.
 * The offset is an address of VTL0; with MSHV_VTL_LOW_SHARED added, the memory is
 * mapped as shared with the host, otherwise as private (encrypted).
 *
 * A mapping fails with EINVAL if it is not MAP_SHARED, or if the kernel manages a part
 * of the memory. As with any file, a writable mapping needs a file that is open for
 * writing (EACCES).
 */
#define MSHV_VTL_LOW_SHARED	(1ULL << 63)

/**
 * struct mshv_vtl0_memory - argument of MSHV_ADD_VTL0_MEMORY
 * @start_pfn: the first page frame; with MSHV_VTL_LOW_SHARED >> 12 added, the memory
 *             is shared with the host.
 * @end_pfn:   the page frame after the last one.
 */
struct mshv_vtl0_memory {
	__u64 start_pfn;
	__u64 end_pfn;
};

/**
 * MSHV_ADD_VTL0_MEMORY - add a range of VTL0's memory to the kernel (VTL file)
 *
 * The kernel creates a struct page for each page, and a cached mapping of its own, but
 * does not allocate from this memory. It is kept until the driver is unloaded. Needs
 * CAP_SYS_ADMIN. A range that was added before is accepted without effect.
 *
 * This does not change mappings of /dev/mshv_vtl_low: their pages cannot be pinned, so a
 * system call that pins its buffer for a device (O_DIRECT, registered buffers) fails.
 *
 * Return: 0, or
 * EINVAL - the range is empty, does not start and end at a multiple of 2 MiB, is not
 * addressable, or the kernel manages a part of it;
 * EEXIST - only a part of it was added before;
 * EOPNOTSUPP - this kernel has no ZONE_DEVICE; or the memory is shared, and this machine
 * encrypts private memory;
 * EPERM - no CAP_SYS_ADMIN;
 * ENOMEM - out of memory, or the kernel uses the range for something else;
 * EFAULT - the argument cannot be read.
 */
#ifndef MSHV_ADD_VTL0_MEMORY
#define MSHV_ADD_VTL0_MEMORY	_IOW(MSHV_IOCTL, 0x21, struct mshv_vtl0_memory)
#endif

/*
 * mmap of a VTL file, one page at a time:
 * offset = MSHV_VTL_PAGE_INDEX(kind, VP) * 4096. An access to an index without a
 * page raises SIGBUS.
 */
#define MSHV_VTL_PAGE_RUN	0
#define MSHV_VTL_PAGE_REGISTERS	1
/* The virtual APIC page of VTL0, on TDX. */
#define MSHV_VTL_PAGE_VIRTUAL_APIC	3
#define MSHV_VTL_PAGE_INDEX(kind, vp)	(((kind) << 16) | (vp))

#define MSHV_VTL_PROXY_BANKS	8

/* struct mshv_vtl_run.flags */
#define MSHV_VTL_RUN_HALTED		(1U << 0)

/* struct mshv_vtl_run.offload_flags */
#define MSHV_VTL_OFFLOAD_INTR_INJECT	(1U << 0)
#define MSHV_VTL_OFFLOAD_X2APIC		(1U << 1)
#define MSHV_VTL_OFFLOAD_HALT_OTHER	(1U << 5)
#define MSHV_VTL_OFFLOAD_HALT_HLT	(1U << 6)
#define MSHV_VTL_OFFLOAD_HALT_IDLE	(1U << 7)

/**
 * struct mshv_vtl_run - the run page, shared by the kernel and the VMM
 * @cancel:              leave VTL0, or do not enter it.
 * @vtl_ret_action_size: valid bytes in @vtl_ret_actions.
 * @flags:               bit 0: VTL0 is halted; wait instead of entering it.
 * @scan_proxy_irr:      some bit of @proxy_irr may be set. The kernel sets this with a
 *                       release store after the bit. The VMM reads it with an acquire
 *                       load, clears it with a fully ordered atomic exchange, and takes
 *                       the bits after that.
 * @offload_flags:       what the kernel may handle without the VMM.
 * @reserved0:           zero.
 * @enter_mode:          how VTL0 is entered.
 * @exit_message:        the intercept message.
 * @context:             the VP's registers; the layout depends on the platform.
 * @vtl_ret_actions:     actions to execute on return to VTL0.
 * @proxy_irr:           VTL0 vectors that were asserted and not yet taken: vector v is
 *                       bit v & 31 of bank v >> 5. The kernel sets bits with an
 *                       atomic OR; they are taken with an atomic exchange with 0.
 * @target_vtl:          low 4 bits: VTL; bit 4: use it.
 * @reserved1:           zero.
 * @proxy_irr_blocked:   1: a device must not assert this vector; such an interrupt is
 *                       dropped and counted.
 * @proxy_irr_exit:      1: the VMM must take this vector.
 */
struct mshv_vtl_run {
	__u32 cancel;
	__u32 vtl_ret_action_size;
	__u32 flags;
	__u8 scan_proxy_irr;
	__u8 offload_flags;
	__u8 reserved0;
	__u8 enter_mode;
	__u8 exit_message[256];
	__u8 context[1024];
	__u8 vtl_ret_actions[256];
	__u32 proxy_irr[MSHV_VTL_PROXY_BANKS];
	__u8 target_vtl;
	__u8 reserved1[3];
	__u32 proxy_irr_blocked[MSHV_VTL_PROXY_BANKS];
	__u32 proxy_irr_exit[MSHV_VTL_PROXY_BANKS];
};

/**
 * struct mshv_tdx_exit - output registers of TDG.VP.ENTER (TDX module specification)
 */
struct mshv_tdx_exit {
	__u64 rax;
	__u64 rcx;
	__u64 rdx;
	__u64 rsi;
	__u64 rdi;
	__u64 r8;
	__u64 r9;
	__u64 r10;
	__u64 r11;
	__u64 r12;
	__u64 r13;
};

/**
 * struct mshv_tdx_vp_state - VTL0's registers that the TDX module does not switch
 * @flags: before the entry, bit 0: do WBINVD, bit 1: WBNOINVD; the kernel clears both.
 */
struct mshv_tdx_vp_state {
	__u64 msr_kernel_gs_base;
	__u64 msr_star;
	__u64 msr_lstar;
	__u64 msr_sfmask;
	__u64 msr_xss;
	__u64 cr2;
	__u64 msr_tsc_aux;
	__u64 flags;
};

/**
 * struct mshv_tdx_l2_enter_guest_state - the buffer of TDG.VP.ENTER
 */
struct mshv_tdx_l2_enter_guest_state {
	__u64 rax;
	__u64 rcx;
	__u64 rdx;
	__u64 rbx;
	__u64 rsp;
	__u64 rbp;
	__u64 rsi;
	__u64 rdi;
	__u64 r8;
	__u64 r9;
	__u64 r10;
	__u64 r11;
	__u64 r12;
	__u64 r13;
	__u64 r14;
	__u64 r15;
	__u64 rflags;
	__u64 rip;
	__u64 ssp;
	__u8 rvi;
	__u8 svi;
	__u8 reserved[6];
};

/**
 * struct mshv_tdx_tsc_deadline - VTL0's timer
 * @deadline: in units of VTL2's TSC; 0: off.
 * @update:   bit 0: use @deadline at the next entry; the kernel clears it.
 * @vector:   the vector of VTL0's timer, 16 to 255: the kernel handles the timer.
 *            0: it does not. Smaller vectors are not legal for a local APIC, and mean 0.
 *            Only this driver has it: see MSHV_CAP_TSC_DEADLINE_OFFLOAD.
 * @reserved: zero.
 *
 * Without @vector, the kernel returns to the VMM for each write of IA32_TSC_DEADLINE
 * (0x6e0) by VTL0 and each exit for the deadline (52), and does not change @deadline.
 *
 * The VMM sets @vector while the timer's entry in the local vector table is in
 * TSC-deadline mode and not masked, and sets it to 0 otherwise. The kernel then does the
 * following while MSHV_VTL_OFFLOAD_INTR_INJECT is set:
 *
 * - A write of the MSR by VTL0 arms the timer, or disarms it with 0, and is stored in
 *   @deadline. A deadline in the past expires at once.
 * - When the deadline expires, while VTL0 runs or is halted, @vector becomes pending as
 *   if it had been asserted in @proxy_irr (@proxy_irr_exit is respected;
 *   @proxy_irr_blocked is not, since no device asserts it), and @deadline becomes 0.
 *
 * The VMM handles reads of the MSR, from @deadline. It also handles, as without @vector,
 * what the kernel cannot handle: an exit that interrupted the delivery of an event, a
 * deadline that the TDX module refuses, and all exits of the timer while
 * MSHV_VTL_OFFLOAD_INTR_INJECT is clear.
 *
 * The VMM may write @vector at any time when the VP is not in MSHV_RETURN_TO_LOWER_VTL;
 * an armed deadline stays armed. The kernel clears @vector when the last VTL file is
 * closed, so that it is off for the next VMM.
 */
struct mshv_tdx_tsc_deadline {
	__u64 deadline;
	__u8 update;
	__u8 vector;
	__u8 reserved[6];
};

/**
 * struct mshv_tdx_context - @context of the run page on TDX
 * @exit:         why VTL0 exited.
 * @vp_state:     registers that the kernel switches.
 * @entry_rcx:    RCX of TDG.VP.ENTER: VM index, TLB flush.
 * @gpr:          VTL0's general registers, RVI and SVI.
 * @tsc_deadline: VTL0's timer.
 * @fx_state:     FXSAVE area of VTL0.
 */
struct mshv_tdx_context {
	struct mshv_tdx_exit exit;
	__u8 reserved0[48];
	struct mshv_tdx_vp_state vp_state;
	__u8 reserved1[32];
	__u64 entry_rcx;
	struct mshv_tdx_l2_enter_guest_state gpr;
	struct mshv_tdx_tsc_deadline tsc_deadline;
	__u8 reserved2[80];
	__u8 fx_state[512];
	__u8 reserved3[16];
};

#endif /* _UAPI_LINUX_MSHV_VTL_H */
