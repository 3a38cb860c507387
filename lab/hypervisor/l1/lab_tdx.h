/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The ioctls of /dev/vtlirq_lab_tdx: the emulated TDX module, for tests.
 *
 * Private to the lab: it may change at any time.
 */
#ifndef _LAB_TDX_H
#define _LAB_TDX_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define LAB_TDX_NODE "/dev/vtlirq_lab_tdx"

/* A trust domain has at most so many L2 VMs. */
#define LAB_TDX_VMS_MAX 3

/** struct lab_tdx_regs - the registers at a TDCALL, in and out */
struct lab_tdx_regs {
	__u64 rax, rcx, rdx, rbx, rbp, rsi, rdi;
	__u64 r8, r9, r10, r11, r12, r13, r14, r15;
};

/**
 * struct lab_tdx_unswitched - state that a TDX module does not switch between L1 and L2
 *
 * The node saves and restores the kernel's own state around each call.
 */
struct lab_tdx_unswitched {
	__u64 cr2;
	__u64 dr[4];
	__u64 dr6;
	__u64 kernel_gs_base;
	__u64 star;
	__u64 lstar;
	__u64 cstar;
	__u64 sfmask;
	__u64 tsc_aux;
	__u64 xmm0[2];
};

/* The CPU where the caller runs. */
#define LAB_TDX_CPU_HERE 0xffffffffu

/* Load @unswitched before the call. */
#define LAB_TDX_CALL_LOAD  0x1
/* Make a local interrupt pending at the call, on @vector; 0: one of the kernel's. */
#define LAB_TDX_CALL_PENDING 0x2
/* Start a timer of @usecs before the call, whose interrupt is counted. */
#define LAB_TDX_CALL_TIMER 0x4

/**
 * struct lab_tdx_call - one TDCALL, with interrupts off around it
 * @regs:       in and out
 * @unswitched: in, with LAB_TDX_CALL_LOAD, and out: as the call left it
 * @cpu:        the CPU on which to execute it
 * @flags:      LAB_TDX_CALL_*
 * @vector:     of LAB_TDX_CALL_PENDING
 * @usecs:      of LAB_TDX_CALL_TIMER
 * @before:     out: test interrupts that L1 handled before it turned interrupts on
 * @after:      out: those that it handled right afterwards
 */
struct lab_tdx_call {
	struct lab_tdx_regs regs;
	struct lab_tdx_unswitched unswitched;
	__u32 cpu;
	__u32 flags;
	__u32 vector;
	__u32 usecs;
	__u32 before;
	__u32 after;
};

/**
 * struct lab_tdx_memory - contiguous pages of L1, freed with the file
 * @pages: in: 1 to LAB_TDX_PAGES_MAX, a power of two
 * @gpa:   out: their address; also the offset for mmap()
 */
struct lab_tdx_memory {
	__u64 pages;
	__u64 gpa;
};

#define LAB_TDX_PAGES_MAX 512

/* The next exits to L1 have @status, @reason, @qualification and @event (R10). */
#define LAB_TDX_HOOK_EXIT   1
/* After @after calls of @leaf, the next ones return @status and do nothing. */
#define LAB_TDX_HOOK_STATUS 2
/* RDX and R8 hold @qualification at exits that do not define them. */
#define LAB_TDX_HOOK_STALE  3

#define LAB_TDX_ANY_LEAF 0xffffffffu

/**
 * struct lab_tdx_hook - force something that only a host could cause
 * @kind:          LAB_TDX_HOOK_*
 * @cpu:           the CPU
 * @count:         how many times; 0 removes the hook
 * @leaf:          of LAB_TDX_HOOK_STATUS
 * @status:        RAX 63:32 in its place
 * @qualification: RCX
 * @reason:        RAX 31:0
 * @event:         R10
 * @after:         of LAB_TDX_HOOK_STATUS
 * @reserved:      0
 */
struct lab_tdx_hook {
	__u32 kind;
	__u32 cpu;
	__u32 count;
	__u32 leaf;
	__u64 status;
	__u64 qualification;
	__u32 reason;
	__u32 event;
	__u32 after;
	__u32 reserved;
};

/* Internal exits, which L1 does not see. */
enum lab_tdx_internal {
	LAB_TDX_INTERNAL_NMI,
	LAB_TDX_INTERNAL_WINDOW,
	LAB_TDX_INTERNAL_EOI,
	LAB_TDX_INTERNAL_TPR,
	LAB_TDX_INTERNAL_SELF_IPI,
	LAB_TDX_INTERNAL_MSR,
	LAB_TDX_INTERNAL_CR,
	LAB_TDX_INTERNAL_EXCEPTION,
	LAB_TDX_INTERNAL_IRET,
	LAB_TDX_INTERNAL_HOST,
	LAB_TDX_INTERNALS
};

#define LAB_TDX_REASONS 80

/**
 * struct lab_tdx_stats - counters of one CPU, for all its L2 VCPUs
 * @enters:      calls of VP.ENTER
 * @entered:     calls that ran L2
 * @pending:     calls that ended with PENDING_INTERRUPT
 * @notified:    exits with L2_EXIT_PENDING_INTERRUPT
 * @host_routed: exits that a hook made
 * @delivered:   virtual interrupts delivered
 * @faults:      nested page faults
 * @internal:    by enum lab_tdx_internal
 * @reasons:     exits to L1 with status 0, by basic reason
 * @hooked:      calls that LAB_TDX_HOOK_STATUS has answered
 * @flushes:     requests to the host by VP.VMCALL: WBINVD, and WBNOINVD
 * @invalidated: requests to invalidate translations (VP.INVEPT), by VM
 * @ticks:       ticks of the clock in which L2 ran; with a clock that stands still while the
 *               hypervisor works, the number of L2's instructions
 * @waited:      ticks of the clock in which the CPU waited for an interrupt of L1
 */
struct lab_tdx_stats {
	__u64 enters;
	__u64 entered;
	__u64 pending;
	__u64 notified;
	__u64 host_routed;
	__u64 delivered;
	__u64 faults;
	__u64 internal[LAB_TDX_INTERNALS];
	__u64 reasons[LAB_TDX_REASONS];
	__u64 hooked;
	__u64 flushes[2];
	__u64 invalidated[LAB_TDX_VMS_MAX + 1];
	__u64 ticks;
	__u64 waited;
};

/** struct lab_tdx_get_stats - read the counters of @cpu */
struct lab_tdx_get_stats {
	__u32 cpu;
	__u32 reserved;
	struct lab_tdx_stats stats;
};

#define LAB_TDX_CALL      _IOWR('T', 0x60, struct lab_tdx_call)
#define LAB_TDX_ALLOC     _IOWR('T', 0x61, struct lab_tdx_memory)
#define LAB_TDX_HOOK      _IOW('T', 0x62, struct lab_tdx_hook)
#define LAB_TDX_GET_STATS _IOWR('T', 0x63, struct lab_tdx_get_stats)
/* Reset the L2 VCPUs of a CPU: fields, bitmap, hooks, counters. */
#define LAB_TDX_RESET_VCPU _IOW('T', 0x64, __u32)
/* Reset all L2 VCPUs, and remove all aliases. */
#define LAB_TDX_RESET_VM  _IO('T', 0x65)
/* Set the number of L2 VMs. EINVAL: more than LAB_TDX_VMS_MAX. */
#define LAB_TDX_SET_VMS   _IOW('T', 0x68, __u32)

#endif /* _LAB_TDX_H */
