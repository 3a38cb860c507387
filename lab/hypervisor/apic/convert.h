/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Conversion between x2APIC, which L1 sees, and xAPIC, which the machine has. Portable: it
 * compiles in user space too.
 */
#ifndef _HYPERVISOR_APIC_CONVERT_H
#define _HYPERVISOR_APIC_CONVERT_H

#include <linux/types.h>

/**
 * enum apic_owner - what serves an access of a trust domain to an x2APIC MSR
 * @APIC_OF_MODULE: the CPU, without an exit to the host
 * @APIC_OF_HOST:   the host, after a #VE
 *
 * Intel TDX Module Base Architecture Specification, "MSR Virtualization": the module serves
 * what a VMX virtual APIC page can serve; the host serves ICR and the LVTs.
 */
enum apic_owner {
	APIC_OF_MODULE,
	APIC_OF_HOST,
};

/**
 * apic_owner() - what serves an access
 * @msr:      0x800 to 0x8ff.
 * @is_write: which access.
 * @topology: the trust domain has its topology turned on.
 *
 * Return: the owner.
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
 * matches no CPU.
 */
bool apic_destination(u64 icr, u32 *destination);

/**
 * apic_icr_hits() - is an interrupt sent to that CPU
 * @icr:    of x2APIC.
 * @sender: the id of the CPU that sends.
 * @id:     of the CPU in question.
 *
 * Return: whether it is.
 */
bool apic_icr_hits(u64 icr, u32 sender, u32 id);

/**
 * apic_priority_of_cpu() - convert L1's task priority into the CPU's
 * @tpr: as L1 wrote it.
 *
 * The lowest class must stay open: it has the host's vectors, and L1 has none there. Linux
 * blocks that class permanently.
 *
 * Return: the value for the CPU's register.
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
 * apic_count_until() - compute how to program the timer for a time
 * @ticks:    of the TSC, from now.
 * @tsc_hz:   how fast it goes.
 * @timer_hz: how fast the timer goes, divided by 1.
 *
 * Return: the setting; the count is never 0. A time that is too far away ends too early, but
 * after more than 100 s.
 */
struct apic_count apic_count_until(u64 ticks, u64 tsc_hz, u64 timer_hz);

#endif /* _HYPERVISOR_APIC_CONVERT_H */
