/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The seam to the TDX module: every TDCALL of the driver is one call of one
 * function on a register file.
 *
 * On a TDX guest that function is the instruction. A lab build (MSHV_VTL_LAB)
 * has a registration instead, behind which a software TDX module stands; a
 * production build has neither the hook nor its symbol. The rest of the
 * driver cannot tell the two apart.
 */
#ifndef _MSHV_VTL_TDX_TDCALL_H
#define _MSHV_VTL_TDX_TDCALL_H

#include <linux/types.h>

struct module;

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
 * struct tdcall_backend - a TDX module in software
 * @owner: kept loaded while a VTL file is open
 * @call:  carries out one TDCALL on the CPU where it is called.
 *         TDG.VP.ENTER comes with interrupts and preemption off, and returns
 *         so; other leaves come from process context, preemption off.
 * @msr_read: reads an MSR that the TDX module virtualizes; 0, or -EIO if there is none.
 *         Comes with preemption off.
 */
struct tdcall_backend {
	struct module *owner;
	void (*call)(struct tdcall_regs *regs);
	int (*msr_read)(u32 msr, u64 *value);
};

#ifdef MSHV_VTL_LAB

/**
 * vtl_tdcall_backend_register() - stand in for the TDX module
 * @backend: must live until it is unregistered
 *
 * Context: may sleep.
 * Return: 0, or -EBUSY if there is one already.
 */
int vtl_tdcall_backend_register(const struct tdcall_backend *backend);

/**
 * vtl_tdcall_backend_unregister() - undo vtl_tdcall_backend_register()
 * @backend: the same
 *
 * No call is under way when it returns, and none follows.
 * Context: may sleep.
 */
void vtl_tdcall_backend_unregister(const struct tdcall_backend *backend);

#endif /* MSHV_VTL_LAB */

#endif /* _MSHV_VTL_TDX_TDCALL_H */
