/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Exceptions of the hypervisor itself.
 */
#ifndef _HYPERVISOR_TRAP_H
#define _HYPERVISOR_TRAP_H

/**
 * trap_start() - have exceptions handled on this CPU
 *
 * NMIs are what other CPUs ask for; everything else is a fault of the hypervisor, and
 * ends the machine. Interrupts never come: IF is 0.
 */
void trap_start(void);

#endif /* _HYPERVISOR_TRAP_H */
