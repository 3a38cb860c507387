/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The leaves that give L2 its memory.
 */
#ifndef _HYPERVISOR_TDX_L2_MEMORY_H
#define _HYPERVISOR_TDX_L2_MEMORY_H

struct tdcall_regs;

void memory_attr_rd(struct tdcall_regs *regs);
void memory_attr_wr(struct tdcall_regs *regs);

#endif /* _HYPERVISOR_TDX_L2_MEMORY_H */
