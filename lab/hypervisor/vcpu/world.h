/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The switch to a guest and back.
 */
#ifndef _HYPERVISOR_VCPU_WORLD_H
#define _HYPERVISOR_VCPU_WORLD_H

#ifndef __ASSEMBLY__

#include <linux/types.h>

/**
 * world_run() - run a guest until it exits
 * @regs:    its registers by enum l2_gpr, but for RAX and RSP; in and out.
 * @vmcb_pa: its control block.
 *
 * Context: interrupts off and GIF 0, before and after.
 */
void world_run(u64 *regs, u64 vmcb_pa);

/**
 * world_load() - VMLOAD
 * @vmcb_pa: from there.
 */
void world_load(u64 vmcb_pa);

/* Code for guests that share the hypervisor's address space. */
extern u8 world_wait[], world_measure[];

#endif /* !__ASSEMBLY__ */
#endif /* _HYPERVISOR_VCPU_WORLD_H */
