/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The MSRs that are the host's.
 */
#ifndef _HYPERVISOR_HOST_MSR_H
#define _HYPERVISOR_HOST_MSR_H

#include <linux/types.h>

struct l1_cpu;

/**
 * host_read_msr() - L1 reads one
 * @l1:    of this CPU.
 * @msr:   which; any 64 bits of a trust domain.
 * @value: out.
 *
 * Return: whether there is such an MSR.
 */
bool host_read_msr(struct l1_cpu *l1, u64 msr, u64 *value);

/**
 * host_write_msr() - L1 writes one
 * @l1:    of this CPU.
 * @msr:   which.
 * @value: what.
 *
 * Return: whether there is such an MSR, and takes the value.
 */
bool host_write_msr(struct l1_cpu *l1, u64 msr, u64 value);

#endif /* _HYPERVISOR_HOST_MSR_H */
