/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Between the hypervisor and the files of l2/: the leaves that run L2, and what tests ask of
 * them besides TDCALLs, by objects of l1/lab_tdx.h.
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

/* For the side door. */

size_t l2_stats_size(void);
size_t l2_hook_size(void);

/**
 * l2_get_stats() - the counts of all L2 VCPUs of a CPU
 * @index: of the CPU; any number.
 * @to:    a struct lab_tdx_stats.
 *
 * Return: whether there is such a CPU.
 */
bool l2_get_stats(u64 index, void *to);

/**
 * l2_set_hook() - a hook for the L2 VCPUs of this CPU
 * @hook: a struct lab_tdx_hook; L1 may write to it meanwhile.
 *
 * Return: whether there is such a kind.
 */
bool l2_set_hook(const void *hook);

/**
 * l2_reset_vcpus() - all L2 VCPUs of a CPU become fresh
 * @index: of the CPU, which runs none of them now.
 *
 * Return: whether there is such a CPU.
 */
bool l2_reset_vcpus(u64 index);

/**
 * l2_set_vms() - have so many L2 VMs from now on
 * @vms: 0 to 3.
 *
 * Return: whether that can be.
 */
bool l2_set_vms(u64 vms);

/**
 * l2_count_flush() - this CPU has asked the host to write back its caches
 * @kind: 0: WBINVD; 1: WBNOINVD.
 */
void l2_count_flush(u64 kind);

/**
 * l2_reset_vm() - L2 sees no page any more, and the partition's fields are fresh
 */
void l2_reset_vm(void);

#endif /* _HYPERVISOR_TDX_L2_H */
