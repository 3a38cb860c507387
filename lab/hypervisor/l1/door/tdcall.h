/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The TDCALL instruction.
 */
#ifndef _HYPERVISOR_L1_DOOR_TDCALL_H
#define _HYPERVISOR_L1_DOOR_TDCALL_H

#include "../lab_tdx.h"

/**
 * door_tdcall() - execute it
 * @regs: the general registers but RSP, in and out
 *
 * Context: interrupts off. Not instrumented: a tracer may count on RBP.
 */
void door_tdcall(struct lab_tdx_regs *regs);

#endif /* _HYPERVISOR_L1_DOOR_TDCALL_H */
