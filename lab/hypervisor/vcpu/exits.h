/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * L1's exits.
 */
#ifndef _HYPERVISOR_VCPU_EXITS_H
#define _HYPERVISOR_VCPU_EXITS_H

struct l1_cpu;

/**
 * exits_handle_l1() - L1 has exited
 * @l1: of this CPU.
 *
 * When it returns, L1 can go on.
 */
void exits_handle_l1(struct l1_cpu *l1);

#endif /* _HYPERVISOR_VCPU_EXITS_H */
