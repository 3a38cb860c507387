/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The SynIC: messages and events of the host. TLFS, "Inter-Partition Communication".
 */
#ifndef _HYPERVISOR_HOST_SYNIC_H
#define _HYPERVISOR_HOST_SYNIC_H

#include <linux/types.h>

struct l1_cpu;

/**
 * synic_read() - L1 reads one of its MSRs
 * @l1:    of this CPU.
 * @msr:   any of Hyper-V's.
 * @value: out.
 *
 * Return: whether it is one.
 */
bool synic_read(struct l1_cpu *l1, u32 msr, u64 *value);

/**
 * synic_write() - L1 writes one
 * @l1:    of this CPU.
 * @msr:   any of Hyper-V's.
 * @value: what.
 *
 * Return: whether it is one.
 */
bool synic_write(struct l1_cpu *l1, u32 msr, u64 value);

#endif /* _HYPERVISOR_HOST_SYNIC_H */
