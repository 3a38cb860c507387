/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Between x2APIC, which L1 believes to have, and xAPIC, which is there. Portable: it
 * compiles in user space too.
 */
#ifndef _HYPERVISOR_APIC_CONVERT_H
#define _HYPERVISOR_APIC_CONVERT_H

#include <linux/types.h>

/**
 * enum apic_owner - who answers an access of a trust domain to an x2APIC MSR
 * @APIC_OF_MODULE: the CPU, without an exit to the host
 * @APIC_OF_HOST:   the host, after a #VE
 *
 * Intel TDX Module Base Architecture Specification, "MSR Virtualization": an access
 * that a VMX virtual APIC page serves is the module's; ICR and the LVTs are the host's.
 */
enum apic_owner {
	APIC_OF_MODULE,
	APIC_OF_HOST,
};

/**
 * apic_owner() - whose an access is
 * @msr:      0x800 to 0x8ff.
 * @is_write: which access.
 * @topology: the trust domain has its topology turned on.
 *
 * Return: whose.
 */
enum apic_owner apic_owner(u32 msr, bool is_write, bool topology);

/**
 * apic_logical_id() - what x2APIC's LDR says
 * @id: of the CPU.
 *
 * Return: cluster, and a bit in it.
 */
u32 apic_logical_id(u32 id);

/**
 * apic_destination() - a destination of x2APIC's ICR as xAPIC has it
 * @icr: of x2APIC.
 * @destination: out: 8 bits.
 *
 * Return: whether there is one. A logical destination outside of the first cluster
 * is nobody here.
 */
bool apic_destination(u64 icr, u32 *destination);

/**
 * apic_icr_hits() - is an interrupt for that CPU
 * @icr:    of x2APIC.
 * @sender: the id of the CPU that sends.
 * @id:     of the CPU in question.
 *
 * Return: whether it is.
 */
bool apic_icr_hits(u64 icr, u32 sender, u32 id);

/**
 * apic_priority_of_cpu() - the task priority of the CPU while L1 wants one
 * @tpr: as L1 wrote it.
 *
 * L1 has no vectors in the lowest class, which Linux blocks for good; the host has.
 *
 * Return: what the CPU's register is to hold.
 */
u32 apic_priority_of_cpu(u32 tpr);

/**
 * apic_l1_priority() - what L1 reads as its processor priority
 * @tpr: as L1 wrote it.
 * @ppr: the CPU's.
 *
 * Return: that (Intel SDM 3A, "Task and Processor Priorities").
 */
u32 apic_l1_priority(u32 tpr, u32 ppr);

/**
 * struct apic_count - what the timer counts down
 * @count:  from here
 * @divide: APIC_TIMER_DIVIDE
 */
struct apic_count {
	u32 count;
	u32 divide;
};

/**
 * apic_count_until() - how the timer is set for a time
 * @ticks:    of the TSC, from now.
 * @tsc_hz:   how fast it goes.
 * @timer_hz: how fast the timer goes, divided by 1.
 *
 * Return: how; never a count of 0. What is too far away comes too early, after more
 * than 100 s.
 */
struct apic_count apic_count_until(u64 ticks, u64 tsc_hz, u64 timer_hz);

#endif /* _HYPERVISOR_APIC_CONVERT_H */
