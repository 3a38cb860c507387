/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Requests from one CPU to another: to flush its TLB, or to inject an NMI. They are sent by a
 * physical NMI, since other interrupts belong to L1 or the host.
 */
#ifndef _HYPERVISOR_VCPU_REQUEST_H
#define _HYPERVISOR_VCPU_REQUEST_H

struct l1_cpu;

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

#endif /* _HYPERVISOR_VCPU_REQUEST_H */
