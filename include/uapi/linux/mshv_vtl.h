/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * The contract between the Hyper-V VTL driver and a paravisor's user space.
 *
 * Owns: ioctl numbers, their structures, and the layout of the run page.
 * Every number and offset here is the one that OpenHCL's VMM already uses.
 * Knows nothing of how the driver keeps its promises.
 *
 * Words: VTL0 is the guest, VTL2 the paravisor. VP n is Linux CPU n of VTL2.
 * A proxy vector is an interrupt vector as VTL0 knows it; a hardware vector
 * is the VTL2 CPU vector that stands for it on one CPU.
 */
#ifndef _UAPI_LINUX_MSHV_VTL_H
#define _UAPI_LINUX_MSHV_VTL_H

#include <linux/ioctl.h>
#include <linux/types.h>

/*
 * Linux's own header of /dev/mshv, where there is one. From 6.19 on it has some of
 * the names below, with the same numbers; those are left to it, so that a program may
 * include both headers, in any order. What both name is spelled as it is there, or
 * is defined here only if it is not there.
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
 * Return: the capability's value (>= 0), or
 * EOPNOTSUPP - the capability is unknown to this driver, or not had here;
 * EFAULT - the argument cannot be read.
 */
#define MSHV_CHECK_EXTENSION	_IOW(MSHV_IOCTL, 0x00, __u32)

/* Always 0: the core of the API is not declared stable. */
#define MSHV_CAP_CORE_API_STABLE	0x0
/* 1: the register page can be mapped (kind MSHV_VTL_PAGE_REGISTERS). */
#define MSHV_CAP_REGISTER_PAGE		0x1
/* 1: VTL return actions are carried out. */
#define MSHV_CAP_VTL_RETURN_ACTION	0x2
/* 1: DR6 is shared between the VTLs. */
#define MSHV_CAP_DR6_SHARED		0x3
/* 1: the timer of the lower VTL is virtualized (TDX). */
#define MSHV_CAP_LOWER_VTL_TIMER_VIRT	4
/*
 * 1: MSHV_MAP_REDIRECTED_DEVICE_INTERRUPT can hand out vectors. A number of
 * this driver's own, far from the ones above; a VMM that does not know it may
 * call the ioctl all the same and fall back when it fails.
 */
#define MSHV_CAP_REDIRECTED_INTERRUPT	0x10000
/* 1: MSHV_GET_VP_INTERRUPTS is there. Of this driver's own, too. */
#define MSHV_CAP_VP_INTERRUPTS		0x10001
/*
 * 1: the host's messages on the shared vector are taken, so that a proxied
 * interrupt comes to VTL0. Of this driver's own, too.
 */
#define MSHV_CAP_PROXIED_INTERRUPT	0x10002
/*
 * 1: the kernel serves IA32_TSC_DEADLINE of VTL0 if the VMM asks for it; see struct
 * mshv_tdx_tsc_deadline. Of this driver's own, too. A driver without it ignores the
 * request, and the VMM sees all exits of the timer.
 */
#define MSHV_CAP_TSC_DEADLINE_OFFLOAD	0x10003

/**
 * MSHV_CREATE_VTL - make a VTL file (on /dev/mshv)
 *
 * The argument is ignored. Any number of VTL files may exist; all of them
 * show the same VPs. What a file was given through
 * MSHV_MAP_REDIRECTED_DEVICE_INTERRUPT is its own, and goes with it.
 *
 * Return: the new file descriptor (O_RDWR, O_CLOEXEC), or
 * ENOMEM - out of memory;
 * EMFILE, ENFILE - out of file descriptors.
 */
#define MSHV_CREATE_VTL		_IOR(MSHV_IOCTL, 0x1D, char)

/**
 * struct mshv_map_device_intr - MSHV_MAP_REDIRECTED_DEVICE_INTERRUPT's argument
 * @vector:         map: proxy vector in, hardware vector out.
 *                  unmap: hardware vector, not written back.
 * @apic_id:        names the VP: the APIC id of the VTL2 CPU.
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
 * Map: gives (@vector, @apic_id) a hardware vector on that very CPU; an
 * interrupt that arrives there sets the bit of the proxy vector in that VP's
 * run page. If the pair is mapped already, the same hardware vector is
 * returned. Each successful call is one reference held by the VTL file.
 *
 * Unmap: drops one reference that this VTL file holds on (hardware vector,
 * @apic_id). When the last reference of all files is gone, the mapping is:
 * what was pending is relayed, and once the call has returned no bit is set by
 * it any more. Closing a VTL file drops every reference that it holds.
 *
 * Return: 0, or
 * EINVAL - the vector is above 255; padding is not zero; @create_mapping is
 *          neither 0 nor 1; map: the vector is not legal for a local APIC
 *          (below 16), no CPU has this APIC id, or that CPU is offline;
 * ENOENT - unmap: this file holds no such reference;
 * ENODEV - map: that CPU has no vector left, or its quota is used up, or this
 *          machine cannot redirect at all. The caller then lets the host
 *          relay this interrupt (proxied). A vector that was given back, and was
 *          ever raised, is left only after it has been quiet for a while;
 *          map waits for that, up to a second, unless it is raised still;
 * EOVERFLOW - map: this file holds 2^32 - 1 references to it already;
 * ENOMEM - map: out of memory;
 * EFAULT - the argument cannot be read, or cannot be written; nothing stays
 *          mapped then.
 */
#define MSHV_MAP_REDIRECTED_DEVICE_INTERRUPT \
	_IOWR(MSHV_IOCTL, 0x39, struct mshv_map_device_intr)

/**
 * MSHV_RETURN_TO_LOWER_VTL - run VTL0 on the VP of the calling CPU (VTL file)
 *
 * The caller is bound to that CPU. VTL0 runs until something needs the VMM; what
 * the kernel may handle without it is in the run page's @offload_flags.
 *
 * Return: 0 - VTL0 exited, the run page says why; or
 * EINTR - no exit: a signal, a cancel (MSHV_KICK_CPUS, the poll file, @cancel),
 *         proxy interrupts that the VMM must take itself, or work of the
 *         kernel's own on this thread; the caller looks, and comes again;
 * EIO - VTL0 could not be entered; the context's rax has the status;
 * EINVAL - the context holds a value that the CPU refuses, or the caller was
 *          moved to another CPU;
 * EBUSY - another thread runs this VP;
 * ENOMEM - out of memory, at the first entry on this VP;
 * EOPNOTSUPP - this machine cannot enter VTL0.
 */
#define MSHV_RETURN_TO_LOWER_VTL	_IO(MSHV_IOCTL, 0x27)

/**
 * struct mshv_set_poll_file - MSHV_SET_POLL_FILE's argument
 * @cpu: the VP.
 * @fd:  a file that can be polled.
 */
struct mshv_set_poll_file {
	__u32 cpu;
	__u32 fd;
};

/**
 * MSHV_SET_POLL_FILE - let a file that becomes readable end VTL0's run
 *
 * So does an error or a hang-up of the file; and one that is readable already ends
 * the run at once.
 * Replaces the file that was set for that VP before. It is dropped when the VTL
 * file is closed through which it was set, or the process ends that set it.
 *
 * Return: 0, or
 * EINVAL - no such VP, or its CPU is offline;
 * EBADFD - @fd is no open file;
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
 * struct mshv_kick_cpus - MSHV_KICK_CPUS's argument
 * @len:   how many bits @mask has (OpenHCL's VMM counts bits).
 * @mask:  address of the VPs' bits, least significant first.
 * @flags: MSHV_KICK_CPUS_WAIT: return when each has left VTL0;
 *         MSHV_KICK_CPUS_CANCEL: end its run, so that it returns to the VMM.
 */
struct mshv_kick_cpus {
	__u64 len;
	__u64 mask;
	__u64 flags;
};

/**
 * MSHV_KICK_CPUS - make VPs leave VTL0
 *
 * The calling CPU is left out, and so are VPs whose CPU is offline.
 *
 * Return: 0, or
 * EINVAL - unknown flags;
 * ENOMEM - out of memory;
 * EFAULT - the argument or the mask cannot be read.
 */
#define MSHV_KICK_CPUS		_IOW(MSHV_IOCTL, 0x38, struct mshv_kick_cpus)

/**
 * struct mshv_tdcall - MSHV_TDCALL's argument: registers, in and out
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
 * Only calls that set up VTL0 are made; docs/trust.md lists them. The VMM cannot
 * name memory that the kernel manages, nor a field that the driver owns. Of an event that
 * is to be injected, the reserved bits are written as 0.
 *
 * Return: 0, and the module's status is in @rax; or
 * EPERM - this leaf, field, value or address is not for the VMM;
 * EINVAL - this is no TDX guest;
 * EFAULT - the argument cannot be read or written.
 */
#define MSHV_TDCALL		_IOWR(MSHV_IOCTL, 0x32, struct mshv_tdcall)

/**
 * MSHV_READ_VMX_CR4_FIXED1 - which bits of CR4 VTL0 may set (VTL file, TDX)
 *
 * The argument points to a __u64, to which the value of the MSR
 * IA32_VMX_CR4_FIXED1 (0x489) is written, as the TDX module gives it to this guest.
 *
 * Return: 0, or
 * EINVAL - this is no TDX guest with L2 VMs, or it has no such MSR;
 * EFAULT - the argument cannot be written.
 */
#define MSHV_READ_VMX_CR4_FIXED1	_IOR(MSHV_IOCTL, 0x33, __u64)

/**
 * struct mshv_register - a register and its value, as the hypervisor has it
 * @name:     HV_REGISTER_NAME of the TLFS.
 * @reserved: not looked at.
 * @value:    low half, high half.
 */
struct mshv_register {
	__u32 name;
	__u32 reserved[3];
	__u64 value[2];
};

/**
 * struct mshv_register_list - MSHV_GET_VP_REGISTERS's and MSHV_SET_VP_REGISTERS's argument
 * @count:     must be 1.
 * @reserved:  not looked at: OpenHCL's VMM does not initialize it.
 * @registers: address of so many struct mshv_register.
 */
struct mshv_register_list {
	__u32 count;
	__u32 reserved;
	__u64 registers;
};

/**
 * MSHV_GET_VP_REGISTERS - read a register of VTL0 (VTL file)
 *
 * It is a register of the VP of the calling CPU. On TDX these can be read, and none
 * else: XFEM (0x40005, VTL0's XCR0), DR0 to DR3 (0x50000 to 0x50003), DR6 (0x50004),
 * and the MTRRs (0x8000d, 0x8000e, 0x80010 to 0x8001f, 0x80040 to 0x8004f, 0x80070
 * to 0x8007a), which are those of the CPU.
 *
 * Return: 0, or
 * EINVAL - @count is not 1; there is no such register; this is no TDX guest;
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
 * As MSHV_GET_VP_REGISTERS. An MTRR can be written only with the value that it has:
 * it decides about the memory of VTL2's kernel as well.
 *
 * Return: as there; also
 * EINVAL - the CPU refuses the value, or it has more than 64 bits.
 */
#ifndef MSHV_SET_VP_REGISTERS
#define MSHV_SET_VP_REGISTERS	_IOW(MSHV_IOCTL, 0x06, struct mshv_register_list)
#endif

/**
 * struct mshv_vector_counts - what came to one proxy vector of a VP
 * @redirected: arrivals on hardware vectors that stood for it, relayed.
 * @proxied:    arrivals in messages of the host, relayed.
 *
 * Since the driver was loaded, whoever had mapped it.
 */
struct mshv_vector_counts {
	__u64 redirected;
	__u64 proxied;
};

/**
 * struct mshv_vp_interrupts - MSHV_GET_VP_INTERRUPTS's argument
 * @vp:           in: which VP.
 * @counts_first: in: the first proxy vector that is asked for.
 * @counts_len:   in: how many are; the last one is below 256. 0: none.
 * @reserved:     must be zero.
 * @counts:       in: address of so many struct mshv_vector_counts.
 * @blocked:      out: arrivals that the VMM blocked, by either way.
 * @apic_id:      out: names the VP in MSHV_MAP_REDIRECTED_DEVICE_INTERRUPT.
 * @quota:        out: most hardware vectors that may be had there; 0: no limit.
 * @mapped:       out: hardware vectors that stand for a proxy vector.
 * @quarantined:  out: hardware vectors given back and kept aside until they are
 *                quiet. They count against the quota, but those that were never
 *                raised give way to a new mapping.
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
 * MSHV_GET_VP_INTERRUPTS - what came to a VP, and by which way (VTL file)
 *
 * Of this driver's own: see MSHV_CAP_VP_INTERRUPTS.
 *
 * Return: 0, or
 * EINVAL - no such VP; vectors beyond 255 are asked for; @reserved is not zero;
 * ENOMEM - out of memory;
 * EFAULT - the argument cannot be read, or something cannot be written.
 */
#define MSHV_GET_VP_INTERRUPTS	_IOWR(MSHV_IOCTL, 0xE0, struct mshv_vp_interrupts)

/**
 * struct mshv_hvcall_setup - MSHV_HVCALL_SETUP's argument
 * @bitmap_size: bytes at @bitmap, up to 8192.
 * @bitmap:      address of a bitmap: bit n is set if code n may be called.
 */
struct mshv_hvcall_setup {
	__u64 bitmap_size;
	__u64 bitmap;
};

/**
 * MSHV_HVCALL_SETUP - say once which calls to the host may be made
 * (on /dev/mshv_hvcall)
 *
 * Without it, or beyond @bitmap_size, none may.
 *
 * Return: 0, or
 * EINVAL - @bitmap_size is above 8192, or this file was set up already;
 * ENOMEM - out of memory;
 * EFAULT - the argument or the bitmap cannot be read.
 */
#ifndef MSHV_HVCALL_SETUP
#define MSHV_HVCALL_SETUP	_IOW(MSHV_IOCTL, 0x1E, struct mshv_hvcall_setup)
#endif

/**
 * struct mshv_hvcall - MSHV_HVCALL's argument
 * @control:     the hypercall's control word: bits 0..15 are the code.
 * @input_size:  bytes at @input, up to 4096.
 * @input:       address of the call's input.
 * @status:      out: the host's result: bits 0..15 are its status.
 * @output_size: bytes at @output, up to 4096.
 * @output:      address for the call's output; not looked at if @output_size is 0.
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
 * MSHV_HVCALL - call the host (on /dev/mshv_hvcall)
 *
 * Return: 0, and the host's answer is in @status; or
 * EPERM - this file may not make this call;
 * EINVAL - a size is above 4096, or the call is to be fast (by registers);
 * EOPNOTSUPP - there is no host that can be called;
 * ENOMEM - out of memory;
 * EFAULT - something cannot be read or written.
 */
#ifndef MSHV_HVCALL
#define MSHV_HVCALL		_IOWR(MSHV_IOCTL, 0x1F, struct mshv_hvcall)
#endif

/* What a read of /dev/mshv_sint gives: a message as the hypervisor has it (TLFS). */
#define MSHV_MESSAGE_SIZE	256

/*
 * /dev/mshv_sint: messages and events between the VMM and the host's VMBus. The host
 * sends on SINT 7: messages to CPU 0, events to any CPU. SINT 7 is masked until
 * MSHV_SINT_PAUSE_MESSAGE_STREAM unmasks it, and again when the last file is closed.
 *
 * read gives one message, and waits for it, unless the file is O_NONBLOCK:
 * EINVAL - less than MSHV_MESSAGE_SIZE bytes are asked for;
 * EAGAIN - O_NONBLOCK: there is no message;
 * EINTR - a signal came first;
 * EFAULT - the message cannot be written; it stays for the next read;
 * 0 - the stream is paused, and there is no message left.
 *
 * poll: the file is readable if there is a message, or if the stream is paused.
 */

/**
 * struct mshv_signal_event - MSHV_SINT_SIGNAL_EVENT's argument
 * @connection_id: which connection.
 * @flag:          which of its events, up to 65535.
 */
struct mshv_signal_event {
	__u32 connection_id;
	__u32 flag;
};

/**
 * MSHV_SINT_SIGNAL_EVENT - signal an event to the host (on /dev/mshv_sint)
 *
 * Return: the host's status (TLFS, HvCallSignalEvent), 0 if it took the event; or
 * EINVAL - @flag is above 65535;
 * EOPNOTSUPP - there is no host that can be called;
 * ENOMEM - out of memory;
 * EFAULT - the argument cannot be read.
 */
#ifndef MSHV_SINT_SIGNAL_EVENT
#define MSHV_SINT_SIGNAL_EVENT	_IOW(MSHV_IOCTL, 0x22, struct mshv_signal_event)
#endif

/**
 * struct mshv_post_message - MSHV_SINT_POST_MESSAGE's argument
 * @message_type:  of the message, up to 2^32 - 1.
 * @connection_id: which connection.
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
 * Return: the host's status (TLFS, HvCallPostMessage), 0 if it took the message. A
 * host that has no room for it says so by a status, and the VMM tries again. Or
 * EINVAL - @payload_size is above 240, or @message_type above 2^32 - 1;
 * EOPNOTSUPP - there is no host that can be called;
 * ENOMEM - out of memory;
 * EFAULT - the argument or the message cannot be read.
 */
#ifndef MSHV_SINT_POST_MESSAGE
#define MSHV_SINT_POST_MESSAGE	_IOW(MSHV_IOCTL, 0x23, struct mshv_post_message)
#endif

/**
 * struct mshv_set_eventfd - MSHV_SINT_SET_EVENTFD's argument
 * @fd:   an eventfd, or a negative number for none.
 * @flag: which event flag of SINT 7, below 2048.
 */
struct mshv_set_eventfd {
	__s32 fd;
	__u32 flag;
};

/**
 * MSHV_SINT_SET_EVENTFD - let an event of the host signal an eventfd (on
 * /dev/mshv_sint)
 *
 * Replaces the one that was set for this flag, which is not signalled any more when
 * the call returns. An event without an eventfd is dropped.
 *
 * Return: 0, or
 * EINVAL - @flag is above 2047, or @fd is no eventfd;
 * EBADF - @fd is no open file;
 * EFAULT - the argument cannot be read.
 */
#ifndef MSHV_SINT_SET_EVENTFD
#define MSHV_SINT_SET_EVENTFD	_IOW(MSHV_IOCTL, 0x24, struct mshv_set_eventfd)
#endif

/**
 * struct mshv_pause_messages - MSHV_SINT_PAUSE_MESSAGE_STREAM's argument
 * @pause:    1: the host sends no more messages and events; 0: it does.
 * @reserved: must be zero.
 */
struct mshv_pause_messages {
	__u8 pause;
	__u8 reserved[7];
};

/**
 * MSHV_SINT_PAUSE_MESSAGE_STREAM - mask or unmask SINT 7 (on /dev/mshv_sint)
 *
 * Has the number of MSHV_SET_POLL_FILE, which is a VTL file's.
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
 * mmap of /dev/mshv_vtl_low, which needs CAP_SYS_ADMIN to be opened: VTL0's memory.
 * The offset is an address of VTL0; with MSHV_VTL_LOW_SHARED added, the memory is
 * mapped as shared with the host, else as private (encrypted).
 *
 * A mapping fails with EINVAL if it is not MAP_SHARED, or if the kernel manages some
 * of the memory. As for any file, one that is to be written needs a file that is
 * open for writing (EACCES).
 */
#define MSHV_VTL_LOW_SHARED	(1ULL << 63)

/**
 * struct mshv_vtl0_memory - MSHV_ADD_VTL0_MEMORY's argument
 * @start_pfn: the first page frame; with MSHV_VTL_LOW_SHARED >> 12 added, the memory
 *             is shared with the host.
 * @end_pfn:   the page frame behind the last.
 */
struct mshv_vtl0_memory {
	__u64 start_pfn;
	__u64 end_pfn;
};

/**
 * MSHV_ADD_VTL0_MEMORY - have the kernel know VTL0's memory (VTL file)
 *
 * The kernel gets a struct page for each page, and a cached mapping of its own; no
 * allocation takes any of it. It stays until the driver is unloaded. Needs
 * CAP_SYS_ADMIN. For memory that was added before, nothing happens.
 *
 * Mappings of /dev/mshv_vtl_low stay what they are: their pages cannot be pinned, so a
 * system call that pins its buffer for a device (O_DIRECT, registered buffers) fails.
 *
 * Return: 0, or
 * EINVAL - the range is empty, does not begin and end at a multiple of 2 MiB, is not
 * addressable, or the kernel manages some of it;
 * EEXIST - some of it was added before, and some not;
 * EOPNOTSUPP - this kernel has no ZONE_DEVICE; the memory is shared and this machine
 * encrypts the other kind;
 * EPERM - the caller may not;
 * ENOMEM - out of memory, or the kernel has it in use otherwise;
 * EFAULT - the argument cannot be read.
 */
#ifndef MSHV_ADD_VTL0_MEMORY
#define MSHV_ADD_VTL0_MEMORY	_IOW(MSHV_IOCTL, 0x21, struct mshv_vtl0_memory)
#endif

/*
 * mmap of a VTL file, one page at a time:
 * offset = MSHV_VTL_PAGE_INDEX(kind, VP) * 4096. An index that has no page
 * raises SIGBUS when it is touched.
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
 * @vtl_ret_action_size: bytes valid in @vtl_ret_actions.
 * @flags:               bit 0: VTL0 is halted, wait instead of entering.
 * @scan_proxy_irr:      some bit of @proxy_irr may be set. The kernel sets it
 *                       with release after the bit; the VMM reads it with
 *                       acquire, clears it by an atomic exchange, which no later
 *                       read overtakes, and only then takes the bits.
 * @offload_flags:       what the kernel may handle without the VMM.
 * @reserved0:           zero.
 * @enter_mode:          how VTL0 is entered.
 * @exit_message:        the intercept message.
 * @context:             the VP's registers; layout by platform.
 * @vtl_ret_actions:     actions to carry out on return to VTL0.
 * @proxy_irr:           VTL0 vectors asserted and not yet taken: vector v is
 *                       bit v & 31 of bank v >> 5. Set by the kernel with an
 *                       atomic OR, taken by an atomic exchange with 0.
 * @target_vtl:          low 4 bits: VTL; bit 4: use it.
 * @reserved1:           zero.
 * @proxy_irr_blocked:   1: this vector may not be asserted by a device; such
 *                       an arrival is dropped and counted.
 * @proxy_irr_exit:      1: this vector must go through the VMM.
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
 * struct mshv_tdx_exit - what TDG.VP.ENTER gave back (TDX module specification)
 *
 * Registers as the TDX module left them.
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
 * @flags: bit 0: WBINVD, bit 1: WBNOINVD before entry; the kernel clears them.
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
 * @deadline: in VTL2's TSC; 0: off.
 * @update:   bit 0: take @deadline over at the next entry; the kernel clears it.
 * @vector:   the vector of VTL0's timer, 16 to 255: the kernel serves the timer itself.
 *            0: it does not. Smaller ones are not legal for a local APIC, and mean 0.
 *            Of this driver's own: see MSHV_CAP_TSC_DEADLINE_OFFLOAD.
 * @reserved: zero.
 *
 * Without @vector, the VMM sees each write of IA32_TSC_DEADLINE (0x6e0) by VTL0 and each
 * exit for the deadline (52), and the kernel leaves @deadline as it is.
 *
 * A VMM that sets @vector does so while the timer's entry in the local vector table is in
 * TSC-deadline mode and not masked, and sets it to 0 otherwise. The kernel then does the
 * following while MSHV_VTL_OFFLOAD_INTR_INJECT is set:
 *
 * - A write of the MSR by VTL0 arms the timer, or disarms it with 0, and is stored in
 *   @deadline. A time that is over expires at once.
 * - When the deadline has come, while VTL0 runs or is halted, @vector becomes pending as
 *   if it had been asserted in @proxy_irr (@proxy_irr_exit is respected;
 *   @proxy_irr_blocked is not, since no device asserts it), and @deadline becomes 0.
 *
 * A read of the MSR is the VMM's to serve, from @deadline. So is whatever the kernel
 * cannot do, as it would be without @vector: an exit that cut short the delivery of an
 * event, a deadline that the TDX module refuses, and all of it while
 * MSHV_VTL_OFFLOAD_INTR_INJECT is clear.
 *
 * The VMM may write @vector at any time at which the VP is not in
 * MSHV_RETURN_TO_LOWER_VTL; a deadline that is armed stays armed. The kernel clears it
 * when the last VTL file is closed, so that it is off for the next VMM.
 */
struct mshv_tdx_tsc_deadline {
	__u64 deadline;
	__u8 update;
	__u8 vector;
	__u8 reserved[6];
};

/**
 * struct mshv_tdx_context - the run page's @context on TDX
 * @exit:         why VTL0 exited.
 * @vp_state:     what the kernel switches.
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
