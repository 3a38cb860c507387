/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The leaves that run L2, for each CPU of L1.
 */
#ifndef _HYPERVISOR_TDX_L2_H
#define _HYPERVISOR_TDX_L2_H

#include <linux/types.h>

struct l1_cpu;

/**
 * l2_start() - make the L2 VCPUs of a CPU
 * @l1: on its CPU. The boot CPU comes first, alone.
 */
void l2_start(struct l1_cpu *l1);

/**
 * l2_call() - carry out a leaf
 * @l1: of this CPU; RAX and the others in its registers, in and out.
 *
 * Return: the status, for RAX.
 */
u64 l2_call(struct l1_cpu *l1);

/**
 * l2_pages_go() - pages are not L1's private memory any more
 * @base: of the first.
 * @size: of all.
 *
 * Their aliases go, as a TDX module removes them with the page. The caller has all CPUs
 * flush their TLBs afterwards.
 */
void l2_pages_go(u64 base, u64 size);

/**
 * l2_pages_accepted() - L1 has accepted pages
 * @base: of the first.
 * @size: of all.
 *
 * The aliases that it has made of them before can be used from now on.
 */
void l2_pages_accepted(u64 base, u64 size);

#endif /* _HYPERVISOR_TDX_L2_H */
