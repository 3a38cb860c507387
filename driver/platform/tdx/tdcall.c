// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls to the TDX module; see tdcall.h.
 */
#include <linux/bits.h>
#include <linux/minmax.h>
#include <linux/preempt.h>
#include <linux/processor.h>

#include "tdx.h"

/* How often a call is repeated while the TDX module is busy. */
#define TDCALL_BUSY_MAX		10000

/* TDG.VP.VMCALL: RCX has the registers passed to the host, and R11 the subfunction. */
#define VMCALL_R10		BIT_ULL(10)
#define VMCALL_R11		BIT_ULL(11)
#define VMCALL_R12		BIT_ULL(12)
#define VMCALL_WBINVD		54

u32 vtl_tdcall_retry(struct tdcall_regs *regs)
{
	const struct tdcall_regs asked = *regs;
	unsigned int left = TDCALL_BUSY_MAX;

	do {
		*regs = asked;
		vtl_tdcall(regs);
		if (TDX_STATUS(regs->rax) != TDX_OPERAND_BUSY)
			break;
		cpu_relax();
	} while (--left);
	return TDX_STATUS(regs->rax);
}

void vtl_tdcall_user(struct mshv_tdcall *args)
{
	struct tdcall_regs regs = {
		.rax = args->rax,
		.rcx = args->rcx,
		.rdx = args->rdx,
		.r8 = args->r8,
		.r9 = args->r9,
	};

	preempt_disable();
	vtl_tdcall_retry(&regs);
	preempt_enable();

	args->rax = regs.rax;
	args->rcx = regs.rcx;
	args->rdx = regs.rdx;
	args->r8 = regs.r8;
	args->r9 = regs.r9;
	args->r10_out = regs.r10;
	args->r11_out = regs.r11;
}

u64 vtl_tdcall_field_write(u64 field, u64 value, u64 mask)
{
	struct tdcall_regs regs = {
		.rax = TDG_VP_WR,
		.rdx = field,
		.r8 = value,
		.r9 = mask,
	};

	return vtl_tdcall_retry(&regs) ? regs.rax : 0;
}

unsigned int vtl_tdcall_vms(void)
{
	struct tdcall_regs regs = {
		.rax = TDG_VM_RD,
		.rdx = TDX_FIELD_NUM_L2_VMS,
	};
	u32 status;

	preempt_disable();
	status = vtl_tdcall_retry(&regs);
	preempt_enable();
	return status ? 0 : min_t(u64, regs.r8, TDX_VMS);
}

void vtl_tdcall_cache_flush(bool invalidate)
{
	struct tdcall_regs regs = {
		.rax = TDG_VP_VMCALL,
		.rcx = VMCALL_R10 | VMCALL_R11 | VMCALL_R12,
		.r11 = VMCALL_WBINVD,
		.r12 = invalidate ? 0 : 1,
	};

	/* The host may ignore the request; the caller could not do anything about it. */
	vtl_tdcall_retry(&regs);
}
