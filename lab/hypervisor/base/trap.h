/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Exceptions and interrupts of the hypervisor itself: their entries, and what handles them.
 */
#ifndef _HYPERVISOR_BASE_TRAP_H
#define _HYPERVISOR_BASE_TRAP_H

#include <linux/types.h>

struct trap;

/**
 * trap_start() - set up the handling of exceptions and interrupts on this CPU
 *
 * NMIs are requests of other CPUs. Interrupts arrive only where interrupts.c opens them.
 * Everything else is a fault of the hypervisor, and stops the machine.
 */
void trap_start(void);

extern u8 trap_stubs[];

/**
 * trap_handle() - an exception or an interrupt has come
 * @trap: what lies on the stack.
 */
void trap_handle(const struct trap *trap);

#endif /* _HYPERVISOR_BASE_TRAP_H */
