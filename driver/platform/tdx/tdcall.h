/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The registers of a TDCALL, and the instruction.
 */
#ifndef _MSHV_VTL_TDX_TDCALL_H
#define _MSHV_VTL_TDX_TDCALL_H

#include <linux/types.h>

/**
 * struct tdcall_regs - the general registers at a TDCALL, in and out
 *
 * RSP is not among them: the TDX module never changes the caller's. RBP is an
 * output of TDG.VP.ENTER (L2's value), like every other register.
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
