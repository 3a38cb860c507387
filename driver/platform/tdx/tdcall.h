/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The TDCALL instruction, and its registers.
 */
#ifndef _MSHV_VTL_TDX_TDCALL_H
#define _MSHV_VTL_TDX_TDCALL_H

#include <linux/types.h>

/**
 * struct tdcall_regs - the general registers at a TDCALL, in and out
 *
 * RSP is not included, since the TDX module never changes it. RBP is an output of
 * TDG.VP.ENTER (the value of L2), like every other register.
 */
struct tdcall_regs {
	u64 rax;
	u64 rcx;
	u64 rdx;
	u64 rbx;
	u64 rbp;
	u64 rsi;
	u64 rdi;
	u64 r8;
	u64 r9;
	u64 r10;
	u64 r11;
	u64 r12;
	u64 r13;
	u64 r14;
	u64 r15;
};

/**
 * vtl_tdcall() - call the TDX module on this CPU
 * @regs: the registers, in and out
 *
 * Context: preemption off; for TDG.VP.ENTER interrupts off too. Not instrumented.
 */
void vtl_tdcall(struct tdcall_regs *regs);

#endif /* _MSHV_VTL_TDX_TDCALL_H */
