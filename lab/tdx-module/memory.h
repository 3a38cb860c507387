/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The leaves that give L2 its memory.
 */
#ifndef _LAB_TDX_MEMORY_H
#define _LAB_TDX_MEMORY_H

struct tdcall_regs;

void memory_attr_rd(struct tdcall_regs *regs);
void memory_attr_wr(struct tdcall_regs *regs);

#endif /* _LAB_TDX_MEMORY_H */
