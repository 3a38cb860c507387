/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What one CPU asks of another: to flush its TLB, to take an NMI. By a physical NMI,
 * since other interrupts are L1's, or the host's.
 */
#ifndef _HYPERVISOR_VCPU_REQUEST_H
#define _HYPERVISOR_VCPU_REQUEST_H

struct l1_cpu;

/**
 * request_nmi() - have L1 get an NMI
 * @l1: on which CPU; may be this one.
 */
void request_nmi(struct l1_cpu *l1);

/**
 * request_nmi_here() - have this CPU leave guest mode right after it enters it
 *
 * L1 gets no NMI of it.
 */
void request_nmi_here(void);

/**
 * request_look() - have a CPU look what is asked of it
 * @l1: of another CPU.
 */
void request_look(struct l1_cpu *l1);

/**
 * request_flush_all() - no CPU uses an old entry of L1's nested page table any more
 *
 * Context: with the new entries written. Returns once all CPUs have left guest mode
 * since, or will flush before they enter it. Two CPUs may do it at once.
 */
void request_flush_all(void);

/**
 * request_hold_all() - no other CPU runs L1 or L2 until request_let_go()
 *
 * Context: one CPU at a time, which holds no lock that the handling of an exit or of an
 * interrupt takes, unless who waits for it has left guest mode.
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
 * request_leave() - and has left it
 * @l1: of this CPU.
 */
void request_leave(struct l1_cpu *l1);

#endif /* _HYPERVISOR_VCPU_REQUEST_H */
