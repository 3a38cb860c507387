/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * TDCALL.
 */
#ifndef _HYPERVISOR_TDX_LEAVES_H
#define _HYPERVISOR_TDX_LEAVES_H

struct l1_cpu;

/**
 * leaves_handle() - L1 executes TDCALL
 * @l1: of this CPU, at CPL 0.
 *
 * Source: Intel TDX Module ABI Specification, "Guest-Side (TDCALL) Interface Functions".
 */
void leaves_handle(struct l1_cpu *l1);

#endif /* _HYPERVISOR_TDX_LEAVES_H */
