// SPDX-License-Identifier: GPL-2.0-only
/*
 * The leaves that give L2 its memory: MEM.PAGE.ATTR.RD and .WR.
 *
 * Owns: their operands, and which mixes of attributes there are. Must not know:
 * page tables.
 *
 * L1's own table is taken to map every private address by 4 KiB pages, devices
 * too: what is not there, L2 finds out when it touches it.
 */
#include <linux/bits.h>
#include <linux/types.h>

#include "abi.h"
#include "memory.h"
#include "npt.h"
#include "tdcall.h"

/* Four fields of 16 bits; that of VM 1. */
#define VM_SHIFT     16
#define VM_FIELD     GENMASK_ULL(31, 16)

/* In RDX; in R8 the same bit asks to invalidate. */
#define FIELD_VALID  PAGE_ATTR_VALID
#define FIELD_KNOWN  (PAGE_ATTR_VALID | PAGE_ATTR_ALL)

#define SUPPORTED (PAGE_ATTR_R | PAGE_ATTR_W | PAGE_ATTR_X | PAGE_ATTR_X_USER)

#define GPA_LEVEL    GENMASK_ULL(2, 0)
#define GPA_ADDRESS  GENMASK_ULL(51, 12)
#define LEVEL_LARGEST 2

static u64 refuse(struct tdcall_regs *regs, u64 status)
{
	regs->rax = status;
	return status;
}

static bool fields_are_sane(u64 register_)
{
	u16 field = register_ >> VM_SHIFT;

	return !(register_ & ~VM_FIELD) && !(field & ~FIELD_KNOWN);
}

static bool address_is_sane(u64 rcx)
{
	return !(rcx & ~(GPA_LEVEL | GPA_ADDRESS)) && (rcx & GPA_LEVEL) <= LEVEL_LARGEST &&
	       (rcx & GPA_ADDRESS) < TDX_PRIVATE_GPAS;
}

static u64 check_operands(const struct tdcall_regs *regs)
{
	u16 wanted = regs->rdx >> VM_SHIFT;

	if (!fields_are_sane(regs->rdx))
		return TDX_OPERAND_INVALID | TDX_OPERAND_RDX;
	if (!(wanted & FIELD_VALID) && wanted)
		return TDX_OPERAND_INVALID | TDX_OPERAND_RDX;
	if (!fields_are_sane(regs->r8))
		return TDX_OPERAND_INVALID | TDX_OPERAND_R8;
	if (!address_is_sane(regs->rcx))
		return TDX_OPERAND_INVALID | TDX_OPERAND_RCX;
	return TDX_SUCCESS;
}

/* The nested table has no page that can be written or run but not read. */
static bool mix_is_legal(u16 attributes)
{
	if (attributes & ~SUPPORTED)
		return false;
	return !attributes || (attributes & PAGE_ATTR_R);
}

static void report(struct tdcall_regs *regs, u64 gpa)
{
	u16 attributes = npt_get(gpa);

	regs->rcx = gpa;
	regs->rdx = attributes ? (u64)(attributes | PAGE_ATTR_VALID) << VM_SHIFT : 0;
}

/**
 * memory_attr_rd() - TDG.MEM.PAGE.ATTR.RD
 * @regs: in and out
 */
void memory_attr_rd(struct tdcall_regs *regs)
{
	if ((regs->rcx & ~GPA_ADDRESS) || !address_is_sane(regs->rcx)) {
		refuse(regs, TDX_OPERAND_INVALID | TDX_OPERAND_RCX);
		return;
	}
	report(regs, regs->rcx);
	regs->rax = TDX_SUCCESS;
}

static void change(struct tdcall_regs *regs, u64 gpa)
{
	u16 wanted = regs->rdx >> VM_SHIFT, mask = regs->r8 >> VM_SHIFT & PAGE_ATTR_ALL;
	u16 attributes = (npt_get(gpa) & ~mask) | (wanted & mask);

	/* R, W and X gone: the alias goes, whatever else is set. */
	if (!(attributes & (PAGE_ATTR_R | PAGE_ATTR_W | PAGE_ATTR_X | PAGE_ATTR_X_USER)))
		attributes = 0;
	if (!mix_is_legal(attributes)) {
		report(regs, gpa);
		regs->rcx = 0;
		refuse(regs, TDX_PAGE_ATTR_INVALID);
		return;
	}
	/* No memory for a table: the host would be asked for it. L1 tries again. */
	if (npt_set(gpa, attributes)) {
		refuse(regs, TDX_OPERAND_BUSY);
		return;
	}
	report(regs, gpa);
	regs->rax = TDX_SUCCESS;
}

/**
 * memory_attr_wr() - TDG.MEM.PAGE.ATTR.WR
 * @regs: in and out
 */
void memory_attr_wr(struct tdcall_regs *regs)
{
	u64 gpa = regs->rcx & GPA_ADDRESS;

	if (refuse(regs, check_operands(regs)))
		return;
	if (regs->rcx & GPA_LEVEL) {
		refuse(regs, TDX_PAGE_SIZE_MISMATCH);
		return;
	}
	if (regs->rdx >> VM_SHIFT & FIELD_VALID) {
		change(regs, gpa);
		return;
	}
	report(regs, gpa);
	regs->rax = TDX_SUCCESS;
}
