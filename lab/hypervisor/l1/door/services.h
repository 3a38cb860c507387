/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What tests ask of the hypervisor's L2 services, besides TDCALLs.
 */
#ifndef _HYPERVISOR_L1_DOOR_SERVICES_H
#define _HYPERVISOR_L1_DOOR_SERVICES_H

#include <linux/types.h>

#include "../lab_tdx.h"

/**
 * services_hook() - have something happen to the L2 VCPU of this CPU
 * @hook: what; any values.
 *
 * Context: preemption off.
 * Return: 0; -EINVAL: there is no such hook; -ENOMEM.
 */
int services_hook(const struct lab_tdx_hook *hook);

/**
 * services_stats() - the counts of an L2 VCPU
 * @cpu:   whose; any value.
 * @stats: out; it must not cross a page.
 *
 * Return: 0, or -EINVAL: there is no such CPU.
 */
int services_stats(u32 cpu, struct lab_tdx_stats *stats);

/**
 * services_reset_vcpu() - make an L2 VCPU fresh
 * @cpu: whose; it runs no L2 now.
 */
void services_reset_vcpu(u32 cpu);

/**
 * services_reset_vm() - L2 sees no page any more, and the partition's fields are fresh
 */
void services_reset_vm(void);

/**
 * services_set_vms() - have so many L2 VMs from now on
 * @vms: how many; any value.
 *
 * Return: 0, or -EINVAL: more than there can be.
 */
int services_set_vms(u32 vms);

#endif /* _HYPERVISOR_L1_DOOR_SERVICES_H */
