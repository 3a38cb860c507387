/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * L1's APIC timer, and the end of L2's time, by the one timer of the CPU's APIC.
 */
#ifndef _HYPERVISOR_APIC_TIMER_H
#define _HYPERVISOR_APIC_TIMER_H

#include <linux/types.h>

struct l1_cpu;

/* How fast they go; constant once L1 runs. */
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
 * timer_write_lvt() - L1 writes the timer's LVT
 * @l1:    of this CPU.
 * @value: what.
 */
void timer_write_lvt(struct l1_cpu *l1, u32 value);

/**
 * timer_write_initial() - L1 starts a count
 * @l1:    of this CPU.
 * @count: any.
 *
 * The period is at least 100 us, as other hosts limit it too: QEMU does nothing else any more
 * when a timer is due again immediately.
 */
void timer_write_initial(struct l1_cpu *l1, u32 count);

/**
 * timer_write_deadline() - L1 writes IA32_TSC_DEADLINE
 * @l1:       of this CPU.
 * @deadline: in L1's time; 0 is none.
 */
void timer_write_deadline(struct l1_cpu *l1, u64 deadline);

/**
 * timer_read_deadline() - L1 reads it
 * @l1: of this CPU.
 *
 * Return: the deadline, or 0 once it has come.
 */
u64 timer_read_deadline(const struct l1_cpu *l1);

/**
 * timer_end_of_interrupt() - L1 ends an interrupt, perhaps the timer's
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

#endif /* _HYPERVISOR_APIC_TIMER_H */
