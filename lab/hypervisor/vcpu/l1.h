/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One CPU of L1. Each always runs on the CPU of the same number.
 */
#ifndef _HYPERVISOR_VCPU_L1_H
#define _HYPERVISOR_VCPU_L1_H

#include <linux/types.h>

#include "apic/registers.h"
#include "host/host.h"
#include "tdx/abi.h"
#include "vcpu/interrupts.h"
#include "vcpu/posted.h"
#include "vcpu/vmcb.h"

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
 * l1_start() - start a CPU of L1, in 64-bit mode
 * @l1:   the CPU; @index and @apic_id are set.
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

#endif /* _HYPERVISOR_VCPU_L1_H */
