/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The CPU's own APIC, which is an xAPIC, and the x2APIC that L1 sees.
 */
#ifndef _HYPERVISOR_APIC_APIC_H
#define _HYPERVISOR_APIC_APIC_H

#include <linux/types.h>

#include "base/cpu.h"

struct l1_cpu;

/*
 * ---- physical.c: the CPU's own APIC ----
 *
 * Registers have the numbers of x2APIC: MSR 0x800 + number, or number * 16 in memory (Intel
 * SDM 3A, "x2APIC Register Address Space").
 */

enum apic_register {
	APIC_ID_REGISTER = 0x02,
	APIC_VERSION = 0x03,
	APIC_TPR = 0x08,
	APIC_PPR = 0x0a,
	APIC_EOI = 0x0b,
	APIC_LDR = 0x0d,
	APIC_DFR = 0x0e,
	APIC_SVR = 0x0f,
	APIC_ISR = 0x10,
	APIC_TMR = 0x18,
	APIC_IRR = 0x20,
	APIC_ESR = 0x28,
	APIC_LVT_CMCI = 0x2f,
	APIC_ICR = 0x30,
	APIC_ICR_HIGH = 0x31,
	APIC_LVT_TIMER = 0x32,
	APIC_LVT_THERMAL = 0x33,
	APIC_LVT_COUNTER = 0x34,
	APIC_LVT_LINT0 = 0x35,
	APIC_LVT_LINT1 = 0x36,
	APIC_LVT_ERROR = 0x37,
	APIC_TIMER_INITIAL = 0x38,
	APIC_TIMER_CURRENT = 0x39,
	APIC_TIMER_DIVIDE = 0x3e,
	APIC_SELF_IPI = 0x3f,
};

#define APIC_MSR_FIRST       0x800
#define APIC_MSR_LAST        0x8ff

#define APIC_LVT_MASKED      BIT(16)
#define APIC_LVT_NMI         (4U << 8)
#define APIC_LVT_MODE        (3U << 17)
/* The value with both mode bits set is reserved; QEMU treats it as periodic. */
#define APIC_LVT_PERIODIC    BIT(17)
#define APIC_LVT_MODE_TSC    (2U << 17)
#define APIC_LVT_VECTOR      0xffU

#define APIC_ICR_NMI         0x400U
#define APIC_ICR_INIT        0x500U
#define APIC_ICR_STARTUP     0x600U
#define APIC_ICR_MODE        0x700U
#define APIC_ICR_LOGICAL     BIT(11)
#define APIC_ICR_BUSY        BIT(12)
#define APIC_ICR_ASSERT      BIT(14)
#define APIC_ICR_SHORTHAND   (3U << 18)
#define APIC_ICR_SELF        BIT(18)
#define APIC_ICR_ALL         (2U << 18)
#define APIC_ICR_OTHERS      (3U << 18)
/* The destination that means all CPUs. */
#define APIC_EVERYBODY       0xffffffffU
/* The reserved bits of the lower half. */
#define APIC_ICR_RESERVED    (GENMASK(31, 20) | GENMASK(17, 16) | BIT(13))

/**
 * apic_read() - read a register
 * @number: of x2APIC.
 *
 * Return: its value.
 */
u32 apic_read(u32 number);

/**
 * apic_write() - write a register
 * @number: of x2APIC, but not its ICR.
 * @value:  the value.
 */
void apic_write(u32 number, u32 value);

/**
 * apic_send() - send an interrupt
 * @destination: as xAPIC has it, 8 bits.
 * @command:     the low half of ICR.
 *
 * Context: not from an NMI's handler, which would come between its two writes.
 */
void apic_send(u32 destination, u32 command);

/**
 * apic_start() - make this CPU's APIC ready
 *
 * L1's interrupts come as they are. Of the hypervisor's own, NMI is for other CPUs, and a
 * few vectors are for the host: see vcpu/interrupts.c.
 */
void apic_start(void);

/**
 * apic_tell_cpu() - make the APIC signal its requests to the CPU again
 *
 * At each exit from guest mode, QEMU (target/i386/tcg/sysemu/svm_helper.c, do_vmexit())
 * clears a bit of the CPU's interrupt requests by a plain read-modify-write, mostly without
 * its global lock. A bit that its main loop sets at that moment is lost: the interrupt is then in
 * IRR, but the CPU does not know of it. Writing the task priority makes the APIC check again.
 *
 * Context: after an exit, before the next entry.
 */
static inline void apic_tell_cpu(void)
{
	cpu_write_cr8(cpu_read_cr8());
}

/**
 * apic_highest() - the highest bit that is set in eight registers
 * @first: APIC_IRR, APIC_ISR or APIC_TMR.
 *
 * Return: the vector, or -1.
 */
int apic_highest(u32 first);

/**
 * apic_has() - whether a vector's bit is set in eight registers
 * @first:  APIC_IRR, APIC_ISR or APIC_TMR.
 * @vector: 0 to 255.
 *
 * Return: whether it is.
 */
bool apic_has(u32 first, u32 vector);

/**
 * apic_is_open() - whether a vector outranks the processor's priority
 * @vector: 0 to 255.
 *
 * Return: whether it does.
 */
bool apic_is_open(u32 vector);

/**
 * apic_is_deliverable() - would L1 get an interrupt if its interrupts were on
 *
 * Return: whether an interrupt of L1 is pending that outranks the processor's priority.
 */
bool apic_is_deliverable(void);

/*
 * ---- convert.c: conversion between x2APIC, which L1 sees, and xAPIC, which the machine has ----
 *
 * Portable: it compiles in user space too.
 */

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
 * apic_icr_hits() - find out whether an interrupt is sent to a CPU
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

/* ---- registers.c: L1's x2APIC: what its MSRs do ---- */

/**
 * struct l1_apic - the part of L1's APIC that is not in the CPU's APIC
 * @lvt:         sources that this machine does not have: stored, without effect
 * @svr:         likewise
 * @tpr:         as L1 wrote it: the CPU's register never blocks the host's vectors
 * @lvt_timer:   as L1 wrote it
 * @deadline:    L1's IA32_TSC_DEADLINE
 * @lends_timer: the timer ends L2 now
 * @beats:       the timer ends L2 soon, independent of any deadline
 * @was_armed:   the timer must be armed for L1 again afterwards
 * @l2_deadline: of L2, while it ends L2
 * @counts_until: when the timer is due, while the clock runs; 0: it is not armed
 */
struct l1_apic {
	u32 lvt[8];
	u32 svr;
	u32 tpr;
	u32 lvt_timer;
	u64 deadline;
	bool lends_timer;
	bool beats;
	bool was_armed;
	u64 l2_deadline;
	u64 counts_until;
};

/**
 * l1_apic_reset() - as after a reset
 * @l1: whose.
 */
void l1_apic_reset(struct l1_cpu *l1);

/**
 * l1_apic_read() - RDMSR
 * @l1:    of this CPU.
 * @msr:   0x800 to 0x8ff.
 * @value: out.
 *
 * Return: whether there is such a register.
 */
bool l1_apic_read(struct l1_cpu *l1, u32 msr, u64 *value);

/**
 * l1_apic_write() - WRMSR
 * @l1:    of this CPU.
 * @msr:   0x800 to 0x8ff.
 * @value: the value.
 *
 * Return: whether there is such a register.
 */
bool l1_apic_write(struct l1_cpu *l1, u32 msr, u64 value);

/* ---- timer.c: L1's APIC timer, and the end of L2's time, by the CPU's one timer ---- */

/* The frequencies of both, which are constant once L1 runs. */
extern u64 timer_tsc_hz, timer_apic_hz;

/**
 * timer_calibrate() - find out how fast TSC and APIC timer go
 * @pm_timer: the port of ACPI's timer, whose frequency is known.
 *
 * Context: at boot, before L1 has the timer.
 */
void timer_calibrate(u16 pm_timer);

/**
 * timer_wait() - delay
 * @usecs: how long.
 *
 * Context: after timer_calibrate().
 */
void timer_wait(u64 usecs);

/**
 * timer_write_lvt() - carry out L1's write of the timer's LVT
 * @l1:    of this CPU.
 * @value: the value.
 */
void timer_write_lvt(struct l1_cpu *l1, u32 value);

/**
 * timer_write_initial() - start the count that L1 has written
 * @l1:    of this CPU.
 * @count: any.
 *
 * The period is at least 100 us, as other hosts limit it too: QEMU does nothing else any more
 * when a timer is due again immediately.
 */
void timer_write_initial(struct l1_cpu *l1, u32 count);

/**
 * timer_write_deadline() - carry out L1's write of IA32_TSC_DEADLINE
 * @l1:       of this CPU.
 * @deadline: in L1's time; 0 is none.
 */
void timer_write_deadline(struct l1_cpu *l1, u64 deadline);

/**
 * timer_read_deadline() - carry out L1's read of IA32_TSC_DEADLINE
 * @l1: of this CPU.
 *
 * Return: the deadline, or 0 once it has come.
 */
u64 timer_read_deadline(const struct l1_cpu *l1);

/**
 * timer_end_of_interrupt() - note that L1 ends an interrupt, perhaps the timer's
 * @l1: of this CPU; the interrupt is still in service.
 */
void timer_end_of_interrupt(struct l1_cpu *l1);

/**
 * timer_end_l2() - raise an NMI at L2's deadline
 * @l1:       of this CPU, about to enter L2.
 * @deadline: in L1's time, which is L2's too.
 *
 * L1's own deadline is saved. Until timer_keep_l2() the timer's interrupt is an NMI.
 */
void timer_end_l2(struct l1_cpu *l1, u64 deadline);

/**
 * timer_keep_l2() - undo timer_end_l2()
 * @l1: of this CPU.
 */
void timer_keep_l2(struct l1_cpu *l1);

/**
 * timer_beat() - raise an NMI soon
 * @l1: of this CPU, about to enter L2.
 *
 * Deadlines of L1 and L2 that become due meanwhile are handled after timer_calm().
 */
void timer_beat(struct l1_cpu *l1);

/**
 * timer_calm() - undo timer_beat()
 * @l1: of this CPU.
 */
void timer_calm(struct l1_cpu *l1);

/**
 * timer_stop() - the clock stops, and so does the count
 * @l1: of this CPU.
 *
 * In another mode than that of deadlines, L1's count goes on.
 */
void timer_stop(struct l1_cpu *l1);

/**
 * timer_go_on() - the clock goes on soon, and so does the count
 * @l1:   of this CPU.
 * @late: how many ticks of the TSC after the next reading. The interrupt is late rather than
 *        early: if it came before its deadline, L1 would program the deadline again.
 */
void timer_go_on(struct l1_cpu *l1, u64 late);

#endif /* _HYPERVISOR_APIC_APIC_H */
