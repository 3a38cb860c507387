/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The entries of exceptions and interrupts, and what they call.
 */
#ifndef _HYPERVISOR_STUBS_H
#define _HYPERVISOR_STUBS_H

#include <linux/types.h>

struct trap;

extern u8 trap_stubs[];

/**
 * trap_handle() - an exception or an interrupt has come
 * @trap: what lies on the stack.
 */
void trap_handle(const struct trap *trap);

#endif /* _HYPERVISOR_STUBS_H */
