/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * L1's own page tables.
 */
#ifndef _HYPERVISOR_VCPU_WALK_H
#define _HYPERVISOR_VCPU_WALK_H

#include <linux/types.h>

struct vmcb;

/**
 * walk() - where an address of L1 leads
 * @vmcb: of L1, which has exited.
 * @gla:  linear address.
 * @gpa:  out: guest-physical address, with the shared bit.
 *
 * Return: whether it is mapped. Rights are not looked at.
 */
bool walk(const struct vmcb *vmcb, u64 gla, u64 *gpa);

/**
 * walk_read() - read memory of L1
 * @vmcb:  of L1, which has exited.
 * @gla:   linear address.
 * @to:    where to.
 * @count: how many bytes.
 *
 * Return: how many bytes were there.
 */
u32 walk_read(const struct vmcb *vmcb, u64 gla, void *to, u32 count);

#endif /* _HYPERVISOR_VCPU_WALK_H */
