// SPDX-License-Identifier: GPL-2.0-only
/*
 * The leaves that give L2 its memory: MEM.PAGE.ATTR.RD and .WR.
 *
 * Owns: their operands, and which mixes of attributes there are. Must not know:
 * page tables.
 *
 * What is checked, in which order, and what the registers hold is as in Intel's
 * tdg_mem_page_attr_wr.c and tdg_mem_page_attr_rd.c. L1's memory is mapped by 2 MiB until
 * a part of it is named; then by 4 KiB for good: the host that the module asks splits it
 * at once. All else is taken to be mapped by 4 KiB, devices too: what is not there, L2
 * finds out when it touches it.
 */
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/types.h>

#include "tdx/abi.h"
#include "tdx/l2/memory.h"
#include "tdx/l2/npt.h"
#include "tdx/l2/ram.h"
#include "tdx/l2/tdcall.h"

/* Four fields of 16 bits; that of VM 1. */
#define VM_SHIFT     16
#define VM_FIELDS    4

/* In RDX; in R8 the same bit asks to invalidate. */
#define FIELD_VALID  PAGE_ATTR_VALID

#define SUPPORTED (PAGE_ATTR_R | PAGE_ATTR_W | PAGE_ATTR_X | PAGE_ATTR_X_USER)

#define GPA_LEVEL    GENMASK_ULL(2, 0)
#define GPA_ADDRESS  GENMASK_ULL(51, 12)
#define LEVEL_LARGEST 2

/* Nothing is told of the page. */
static u64 refuse(struct tdcall_regs *regs, u64 status)
{
	regs->rax = status;
	if (status) {
		regs->rcx = 0;
		regs->rdx = 0;
	}
	return status;
}

/* L1's field, and those of VMs that have no alias here, must be 0 in both. */
static u64 check_fields(const struct tdcall_regs *regs)
{
	unsigned int vm;
	u16 wanted;

	for (vm = 0; vm < VM_FIELDS; vm++) {
		wanted = regs->rdx >> vm * VM_SHIFT;
		if (vm == 1) {
			if (wanted && !(wanted & FIELD_VALID))
				return TDX_OPERAND_INVALID | TDX_OPERAND_RDX;
			continue;
		}
		if (wanted)
			return TDX_OPERAND_INVALID | TDX_OPERAND_RDX;
		if (regs->r8 >> vm * VM_SHIFT & 0xffff)
			return TDX_OPERAND_INVALID | TDX_OPERAND_R8;
	}
	return TDX_SUCCESS;
}

/* What an address has below a page of this level. */
static u64 offset_mask(u64 level)
{
	return BIT_ULL(12 + 9 * level) - 1;
}

static bool address_is_sane(u64 rcx)
{
	u64 level = rcx & GPA_LEVEL, gpa = rcx & GPA_ADDRESS;

	return !(rcx & ~(GPA_LEVEL | GPA_ADDRESS)) && level <= LEVEL_LARGEST &&
	       !(gpa & offset_mask(level)) && gpa < TDX_PRIVATE_GPAS;
}

static u64 check_operands(const struct tdcall_regs *regs)
{
	u64 status = check_fields(regs);

	if (status)
		return status;
	if (!address_is_sane(regs->rcx))
		return TDX_OPERAND_INVALID | TDX_OPERAND_RCX;
	return TDX_SUCCESS;
}

/* The nested table has no page that can be written or run but not read. */
static bool mix_is_legal(u16 attributes)
{
	return !(attributes & ~SUPPORTED) && (attributes & PAGE_ATTR_R);
}

static u64 of_vm_1(u16 attributes)
{
	return (u64)attributes << VM_SHIFT;
}

/* An alias is valid; where there is none, the field is 0. */
static u64 told(u16 attributes)
{
	return of_vm_1(attributes ? attributes | PAGE_ATTR_VALID : 0);
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
	regs->rdx = told(npt_get(regs->rcx));
	/* The page that L1 has there, and its level. */
	if (ram_is_large(regs->rcx))
		regs->rcx = (regs->rcx & ~offset_mask(NPT_LEVEL_2M)) | NPT_LEVEL_2M;
	regs->rax = TDX_SUCCESS;
}

static bool is_present(u16 attributes)
{
	return attributes & (PAGE_ATTR_R | PAGE_ATTR_W | PAGE_ATTR_X | PAGE_ATTR_X_USER);
}

/*
 * What RDX holds at the end: the alias; VALID alone, if it has gone; or, where there is
 * and was none, what L1 wrote.
 */
static u64 result(u16 old, u16 new, u64 rdx)
{
	if (is_present(new))
		return told(new);
	return old ? of_vm_1(PAGE_ATTR_VALID) : rdx;
}

static u64 mismatch(u64 level)
{
	return TDX_PAGE_SIZE_MISMATCH | level;
}

/* No memory for a table: the host would be asked for it. L1 tries again. */
static u64 status_of(int error, u64 level)
{
	switch (error) {
	case 0:
		return TDX_SUCCESS;
	case -EEXIST:
		return mismatch(level);
	default:
		return TDX_OPERAND_BUSY;
	}
}

static void change(struct tdcall_regs *regs, u64 gpa, u64 level)
{
	u16 old = npt_get(gpa), mask = (regs->r8 >> VM_SHIFT) & ~FIELD_VALID;
	u16 new = (old & ~mask) | ((regs->rdx >> VM_SHIFT) & mask);

	/* R, W and X gone: the alias goes, whatever else is set. */
	if (!is_present(new)) {
		new = 0;
	} else if (!mix_is_legal(new)) {
		regs->rax = TDX_PAGE_ATTR_INVALID;
		regs->rcx = 0;
		regs->rdx = told(old);
		return;
	}
	if (refuse(regs, status_of(npt_set(gpa, level, new), level)))
		return;
	regs->rdx = result(old, new, regs->rdx);
}

/* L1's page is to be of that level, or the host makes it so: it can only split. */
static u64 check_level(u64 gpa, u64 level)
{
	if (!level)
		return status_of(ram_split(gpa), level);
	return level == NPT_LEVEL_2M && ram_is_large(gpa) ? TDX_SUCCESS : mismatch(level);
}

/**
 * memory_attr_wr() - TDG.MEM.PAGE.ATTR.WR
 * @regs: in and out
 */
void memory_attr_wr(struct tdcall_regs *regs)
{
	u64 gpa = regs->rcx & GPA_ADDRESS, level = regs->rcx & GPA_LEVEL;

	if (refuse(regs, check_operands(regs)) || refuse(regs, check_level(gpa, level)))
		return;
	if (regs->rdx >> VM_SHIFT & FIELD_VALID) {
		change(regs, gpa, level);
		return;
	}
	/* VM 1 is left alone, and nothing is told of it. */
	regs->rdx = 0;
}
