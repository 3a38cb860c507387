/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Exceptions and interrupts of the hypervisor itself.
 */
#ifndef _HYPERVISOR_TRAP_H
#define _HYPERVISOR_TRAP_H

/**
 * trap_start() - have exceptions and interrupts handled on this CPU
 *
 * NMIs are what other CPUs ask for. Interrupts come only while interrupts_take() lets
 * them in. Everything else is a fault of the hypervisor, and ends the machine.
 */
void trap_start(void);

#endif /* _HYPERVISOR_TRAP_H */
