/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The interface to the files of l2/: the leaves that run L2, and requests of tests besides
 * TDCALLs, with the structures of l1/lab_tdx.h.
 */
#ifndef _HYPERVISOR_TDX_L2_H
#define _HYPERVISOR_TDX_L2_H

#include <linux/types.h>

struct l1_cpu;

/**
 * l2_start() - make the L2 VCPUs of a CPU
 * @l1: of this CPU. The boot CPU calls it first, before any other.
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
 * l2_pages_go() - pages are no longer private memory of L1
 * @base: the address of the first.
 * @size: of all.
 *
 * Their aliases are removed, as a TDX module removes them with the page. The caller must flush
 * the TLBs of all CPUs afterwards.
 */
void l2_pages_go(u64 base, u64 size);

/**
 * l2_pages_accepted() - L1 has accepted pages
 * @base: the address of the first.
 * @size: of all.
 *
 * Aliases that were made while they were pending can be used from now on.
 */
void l2_pages_accepted(u64 base, u64 size);

/* For the side door. */

size_t l2_stats_size(void);
size_t l2_hook_size(void);

/**
 * l2_get_stats() - read the counters of all L2 VCPUs of a CPU
 * @index: of the CPU; any number.
 * @to:    a struct lab_tdx_stats.
 *
 * Return: whether there is such a CPU.
 */
bool l2_get_stats(u64 index, void *to);

/**
 * l2_set_hook() - set a hook for the L2 VCPUs of this CPU
 * @hook: a struct lab_tdx_hook; L1 may write to it at the same time.
 *
 * Return: whether there is such a kind.
 */
bool l2_set_hook(const void *hook);

/**
 * l2_reset_vcpus() - reset all L2 VCPUs of a CPU
 * @index: of the CPU, which runs none of them now.
 *
 * Return: whether there is such a CPU.
 */
bool l2_reset_vcpus(u64 index);

/**
 * l2_set_vms() - set the number of L2 VMs
 * @vms: 0 to 3.
 *
 * Return: whether that is possible.
 */
bool l2_set_vms(u64 vms);

/**
 * l2_count_flush() - this CPU has asked the host to write back its caches
 * @kind: 0: WBINVD; 1: WBNOINVD.
 */
void l2_count_flush(u64 kind);

/**
 * l2_reset_vm() - remove all aliases of L2, and reset the partition's fields
 */
void l2_reset_vm(void);

#endif /* _HYPERVISOR_TDX_L2_H */
