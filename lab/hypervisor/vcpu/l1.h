/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One CPU of L1, which always runs on the CPU of the same number, and the interrupts and requests
 * that concern it.
 */
#ifndef _HYPERVISOR_VCPU_L1_H
#define _HYPERVISOR_VCPU_L1_H

#include <linux/types.h>

#include "apic/apic.h"
#include "host/host.h"
#include "tdx/abi.h"
#include "vcpu/vmcb.h"

struct l1_cpu;

/*
 * ---- interrupts.c: physical interrupts of the host ----
 *
 * Each CPU has a few vectors that the host may use. They are of the lowest priority class, which
 * kernels do not use for interrupts: vectors 0 to 31 are exceptions. If L1 uses one of them all
 * the same, posted.c delivers it.
 */

/* The class without 0x10, and without 0x11, which is an exception with an error code. */
#define HOST_VECTOR_FIRST 0x12
#define HOST_VECTOR_LAST  0x1f
#define HOST_VECTORS      (HOST_VECTOR_LAST - HOST_VECTOR_FIRST + 1)
#define L1_VECTOR_FIRST   0x20

/**
 * struct l1_interrupts - which vectors of a CPU are the host's, and what came
 * @used:     bit n: the host uses vector n; other CPUs set bits, and wait until this CPU has
 *            seen them
 * @draining: bit n of @used: no device uses it any more; it becomes free once it is no longer
 *            pending
 * @taken:    interrupts that the hypervisor has taken and not handled yet
 * @open:     the hypervisor takes interrupts now
 */
struct l1_interrupts {
	u32 used;
	u32 draining;
	u32 taken[8];
	bool open;
};

/**
 * interrupts_alloc() - allocate a vector for the host
 * @l1: on which CPU.
 *
 * Once this returns, an interrupt of the vector reaches the host, whatever runs there.
 * Context: any CPU, one at a time.
 * Return: the vector, or 0: none is left.
 */
u8 interrupts_alloc(struct l1_cpu *l1);

/**
 * interrupts_release() - free a vector
 * @l1:     on which CPU.
 * @vector: from interrupts_alloc(). No device uses it any more.
 *
 * Waits for a limited time until a pending interrupt has reached the host: L1 can hold it up
 * for as long as it likes. In that case the vector becomes free later.
 * Context: any CPU; no lock is held that the handling of an interrupt takes.
 */
void interrupts_release(struct l1_cpu *l1, u8 vector);

/**
 * interrupts_settle() - free vectors that are drained
 * @l1: of this CPU.
 *
 * Context: NMI's handler, or GIF 0.
 */
void interrupts_settle(struct l1_cpu *l1);

/**
 * interrupts_enter() - decide whether interrupts end L1
 * @l1: of this CPU, about to be entered.
 *
 * They do while the host uses a vector, unless an interrupt of L1 is pending or in service: it
 * outranks the host's until its EOI, which is an exit. So L1's interrupts reach it as if there
 * were no host, and none is ever injected.
 * Context: GIF is 0, after request_enter().
 */
void interrupts_enter(struct l1_cpu *l1);

/**
 * interrupts_take_hosts() - take the next interrupt if it is the host's
 * @l1: of this CPU.
 *
 * Context: GIF is 1, interrupts off.
 * Return: whether it was.
 */
bool interrupts_take_hosts(struct l1_cpu *l1);

/**
 * interrupts_note() - note that an interrupt has come
 * @l1:     of this CPU.
 * @vector: any.
 *
 * Context: its handler.
 * Return: whether the hypervisor takes interrupts now; if not, this is an exception.
 */
bool interrupts_note(struct l1_cpu *l1, u64 vector);

/*
 * ---- posted.c: interrupts of L1 on the vectors 16 to 31 ----
 *
 * The CPU's APIC cannot deliver these to L1, because the host uses them there.
 */

#define POSTED_VECTOR_FIRST 16
/* The only one of these that ends L2 with a TDX module: td_l2_interrupt.c. */
#define POSTED_VECTOR_LAST  31

/**
 * struct l1_posted - these interrupts on one CPU, a bit for each vector
 * @requested:  IRR; other CPUs set bits, this CPU clears them
 * @unseen:     those of @requested that RVI does not include: they came while L2 ran
 * @in_service: ISR
 */
struct l1_posted {
	u32 requested;
	u32 unseen;
	u32 in_service;
};

static inline bool posted_is_one(u64 vector)
{
	return vector >= POSTED_VECTOR_FIRST && vector <= POSTED_VECTOR_LAST;
}

/**
 * posted_post() - send L1 an interrupt
 * @l1:     on which CPU; may be this one.
 * @vector: one that posted_is_one().
 *
 * Context: any.
 */
void posted_post(struct l1_cpu *l1, u8 vector);

/**
 * posted_is_deliverable() - whether a posted interrupt outranks L1's priority
 * @l1: of this CPU.
 *
 * It does not matter whether L1 has its interrupts on.
 * Return: whether one does.
 */
bool posted_is_deliverable(const struct l1_cpu *l1);

/**
 * posted_enter() - inject one, or request an exit for when that becomes possible
 * @l1: of this CPU, about to be entered.
 *
 * Context: GIF is 0; exceptions and NMIs are in the control block already.
 */
void posted_enter(struct l1_cpu *l1);

/**
 * posted_end() - carry out L1's write of its EOI register
 * @l1: of this CPU.
 *
 * Return: whether that has ended one of these; otherwise the EOI is for the APIC.
 */
bool posted_end(struct l1_cpu *l1);

/**
 * posted_ends_l2() - must L2 end for one of them
 * @l1: of this CPU, which runs L2.
 *
 * Return: whether it is.
 */
bool posted_ends_l2(const struct l1_cpu *l1);

/**
 * posted_left_l2() - note that L2 has been left
 * @l1:     of this CPU.
 * @before: @requested when L2 was entered.
 */
void posted_left_l2(struct l1_cpu *l1, u32 before);

/* ---- run.c: a CPU of L1 ---- */

/* An APIC id has 8 bits here, and 255 means all CPUs. */
#define L1_CPUS_MAX 64

#define TDCALL_LEAVES   32
#define VMCALL_LEAVES   64
#define EXIT_CODES      0x90

/**
 * struct l1_ve - the contents of the last #VE, for TDG.VP.VEINFO.GET
 * @valid:         L1 has not fetched them yet
 * @reason:        in VMX numbering
 * @length:        of the instruction
 * @qualification: in VMX form
 * @gla:           linear address
 * @gpa:           guest-physical address, with the shared bit
 */
struct l1_ve {
	bool valid;
	u32 reason;
	u32 length;
	u64 qualification;
	u64 gla;
	u64 gpa;
};

/** struct l1_counters - for the report */
struct l1_counters {
	u64 exits[EXIT_CODES];
	u64 page_faults;
	u64 ve;
	u64 eoi;
	u64 nmis;
	u64 tdcalls[TDCALL_LEAVES];
	u64 vmcalls[VMCALL_LEAVES];
	u64 hypercalls;
	u64 hosts_interrupts;
	u64 given_back;
};

#define L1_CPUID_VE_KERNEL BIT(0)
#define L1_CPUID_VE_USER   BIT(1)

/**
 * struct l1_cpu - one CPU of L1
 * @regs:         by enum l2_gpr; RAX and RSP are in the control block
 * @vmcb:         SVM's control block
 * @vmcb_pa:      where it is
 * @idle:         the control block of the guest that waits for interrupts, see idle.c
 * @index:        0 is the boot CPU
 * @apic_id:      of the CPU's APIC
 * @online:       it runs L1
 * @in_guest:     it may be between VMRUN and its exit; another CPU writes a request first and
 *                then reads this, this CPU does both in the other order
 * @flush_wanted: how many flushes of the TLB were requested; other CPUs increment it
 * @flush_done:   the value of @flush_wanted at the last flush
 * @held_as_of:   at which request_hold_all() it was last held
 * @nmi_waits:    an NMI for L1 is to be injected; any CPU sets it
 * @nmi_blocked:  L1 handles one
 * @clock_offset: the stopped clock minus the CPU's TSC
 * @waited:       how many ticks of the clock this CPU has waited for interrupts
 * @apic:         the state of its APIC
 * @interrupts:   the host's interrupts on it
 * @posted:       L1's interrupts on vectors below 32
 * @ve:           its last #VE
 * @cpuid_ve:     L1_CPUID_VE_*: where each CPUID raises #VE
 * @hv:           its state in Hyper-V
 * @notify:       the vector that GHCI's SetupEventNotifyInterrupt asked for, 0: none
 * @count:        for the report
 */
struct l1_cpu {
	u64 regs[GPR_COUNT];
	struct vmcb *vmcb;
	u64 vmcb_pa;
	struct vmcb *idle;
	u32 index;
	u32 apic_id;
	bool online;
	bool in_guest;
	u32 flush_wanted;
	u32 flush_done;
	u32 held_as_of;
	bool nmi_waits;
	bool nmi_blocked;
	u64 clock_offset;
	u64 waited;
	struct l1_apic apic;
	struct l1_interrupts interrupts;
	struct l1_posted posted;
	struct l1_ve ve;
	u8 cpuid_ve;
	struct host_vp hv;
	u8 notify;
	struct l1_counters count;
};

extern struct l1_cpu l1_cpus[L1_CPUS_MAX];
extern u32 l1_count;

/* The size and alignment of each CPU's stack, whose lowest word points to its struct l1_cpu. */
#define STACK_SIZE 0x8000UL

/**
 * l1_here() - the CPU of L1 that runs on this CPU
 *
 * Return: it.
 */
static inline struct l1_cpu *l1_here(void)
{
	unsigned long stack;

	asm volatile("mov %%rsp, %0" : "=r" (stack));
	return *(struct l1_cpu **)(stack & ~(STACK_SIZE - 1));
}

/**
 * l1_prepare() - allocate what a CPU of L1 needs
 * @l1: the CPU
 *
 * This is done at boot, before L1 can use up the heap.
 * Context: on its CPU, once.
 */
void l1_prepare(struct l1_cpu *l1);

/**
 * l1_start() - start a CPU of L1, in 64-bit mode
 * @l1:   the CPU; it is prepared, and @index and @apic_id are set.
 * @rip:  where it begins.
 * @rsi:  its first argument.
 * @cr3:  its page table.
 * @gdt:  its segments: selectors 0x10 and 0x18.
 *
 * Context: on its CPU.
 */
void l1_start(struct l1_cpu *l1, u64 rip, u64 rsi, u64 cr3, u64 gdt);

/**
 * l1_run() - run L1; does not return
 * @l1: of this CPU.
 */
void l1_run(struct l1_cpu *l1) __noreturn;

/**
 * l1_skip() - move RIP past an instruction that was carried out
 * @l1:     of this CPU.
 * @length: of the instruction.
 */
void l1_skip(struct l1_cpu *l1, u32 length);

#define VECTOR_UD 6
#define VECTOR_DF 8
#define VECTOR_GP 13
#define VECTOR_VE 20

/**
 * l1_raise() - raise an exception in L1
 * @l1:     of this CPU.
 * @vector: which; #DF and #GP come with an error code of 0.
 */
void l1_raise(struct l1_cpu *l1, u8 vector);

/**
 * l1_raise_ve() - raise a #VE in L1
 * @l1: of this CPU.
 * @ve: its contents.
 *
 * If L1 has not fetched the contents of the last one, it is a #DF, as with a TDX module.
 */
void l1_raise_ve(struct l1_cpu *l1, const struct l1_ve *ve);

/**
 * l1_show() - write registers of L1 to the log
 * @l1: of this CPU.
 */
void l1_show(struct l1_cpu *l1);

/*
 * ---- request.c: requests from one CPU to another: to flush its TLB, or to inject an NMI ----
 *
 * They are sent by a physical NMI, since other interrupts belong to L1 or the host.
 */

/**
 * request_nmi() - send L1 an NMI
 * @l1: on which CPU; may be this one.
 */
void request_nmi(struct l1_cpu *l1);

/**
 * request_nmi_here() - make this CPU leave guest mode right after its next entry
 *
 * L1 does not get this NMI.
 */
void request_nmi_here(void);

/**
 * request_look() - make a CPU check its requests
 * @l1: of another CPU.
 */
void request_look(struct l1_cpu *l1);

/**
 * request_flush_all() - flush old entries of L1's nested page table on all CPUs
 *
 * Context: the new entries are written. Returns once each CPU has left guest mode, or will
 * flush before it enters it. Two CPUs may call it at once.
 */
void request_flush_all(void);

/**
 * request_hold_all() - stop all other CPUs from running L1 and L2 until request_let_go()
 *
 * Context: one CPU at a time. It holds no lock that the handling of an exit or an interrupt
 * takes, except from a CPU that has left guest mode.
 */
void request_hold_all(void);

/**
 * request_let_go() - undo request_hold_all()
 */
void request_let_go(void);

/**
 * request_handle_nmi() - a physical NMI has come
 *
 * Context: the NMI's handler, at any place where GIF is 1.
 */
void request_handle_nmi(void);

/**
 * request_enter() - this CPU is about to enter guest mode
 * @l1: of this CPU.
 *
 * Context: GIF is 0, so that an NMI that comes from now on ends guest mode at once.
 */
void request_enter(struct l1_cpu *l1);

/**
 * request_enter_l2() - this CPU is about to run L2, perhaps several times
 * @l1: of this CPU.
 *
 * Each entry of L2 flushes its TLB by itself. request_leave() is the other end.
 * Context: an NMI that comes from now on is handled soon, and ends L2.
 */
void request_enter_l2(struct l1_cpu *l1);

/**
 * request_leave() - this CPU has left guest mode
 * @l1: of this CPU.
 */
void request_leave(struct l1_cpu *l1);

#endif /* _HYPERVISOR_VCPU_L1_H */
