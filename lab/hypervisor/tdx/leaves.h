/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * TDCALL.
 */
#ifndef _HYPERVISOR_TDX_LEAVES_H
#define _HYPERVISOR_TDX_LEAVES_H

#include <linux/types.h>

struct l1_cpu;

/**
 * leaves_handle() - L1 executes TDCALL
 * @l1:     of this CPU, at CPL 0 in 64-bit mode.
 * @length: of the instruction.
 *
 * Source: Intel TDX Module ABI Specification, "Guest-Side (TDCALL) Interface Functions".
 */
void leaves_handle(struct l1_cpu *l1, u32 length);

#endif /* _HYPERVISOR_TDX_LEAVES_H */
