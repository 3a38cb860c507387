/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hyper-V's hypercalls.
 */
#ifndef _HYPERVISOR_HOST_HYPERCALL_H
#define _HYPERVISOR_HOST_HYPERCALL_H

#include <linux/types.h>

struct l1_cpu;

/**
 * hypercall_handle() - carry one out
 * @l1:      of this CPU.
 * @control: the control word.
 * @input:   the input page's address, or for a fast call the first argument.
 * @output:  the output page's, or the second.
 *
 * Source: TLFS, "Hypercall Interface". In a trust domain both pages are shared, and
 * their addresses come with or without the shared bit.
 * Return: the result word.
 */
u64 hypercall_handle(struct l1_cpu *l1, u64 control, u64 input, u64 output);

/**
 * hypercall_by_page() - L1 has called the hypercall page
 * @l1: of this CPU; the arguments are in RCX, RDX and R8, the result goes to RAX.
 */
void hypercall_by_page(struct l1_cpu *l1);

#endif /* _HYPERVISOR_HOST_HYPERCALL_H */
