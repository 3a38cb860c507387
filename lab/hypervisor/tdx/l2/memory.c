// SPDX-License-Identifier: GPL-2.0-only
/*
 * The leaves that give L2 its memory: MEM.PAGE.ATTR.RD and .WR.
 *
 * Owns: their operands, and which combinations of attributes are legal. Must not know: page
 * tables.
 *
 * The checks, their order and the output registers are those of Intel's tdg_mem_page_attr_wr.c
 * and tdg_mem_page_attr_rd.c. L1's memory is mapped by pages of 2 MiB until a call names a part
 * of one; from then on that page is mapped by 4 KiB, as a host would demote it. Everything else,
 * including devices, counts as mapped by 4 KiB. If an address does not exist, L2 gets a
 * violation when it accesses it.
 */
#include <linux/errno.h>
#include <linux/types.h>

#include "tdx/abi.h"
#include "tdx/l2/l2.h"
#include "tdx/tdx.h"

/* A field of 16 bits for each VM; the first one is L1's. */
#define FIELD_BITS   16
#define FIELDS       4

/* In RDX; in R8 the same bit asks to invalidate. */
#define FIELD_VALID  PAGE_ATTR_VALID

#define SUPPORTED (PAGE_ATTR_R | PAGE_ATTR_W | PAGE_ATTR_X | PAGE_ATTR_X_USER)

#define GPA_LEVEL    GENMASK_ULL(2, 0)
#define GPA_ADDRESS  GENMASK_ULL(51, 12)
#define LEVEL_LARGEST 2
/* In RCX at the end: L1 has not accepted the page. */
#define GPA_PENDING_BIT BIT_ULL(62)

/* RCX and RDX are 0 if the call fails. */
static u64 refuse(struct tdcall_regs *regs, u64 status)
{
	regs->rax = status;
	if (status) {
		regs->rcx = 0;
		regs->rdx = 0;
	}
	return status;
}

static u16 field_of(u64 word, unsigned int vm)
{
	return word >> vm * FIELD_BITS;
}

static void set_field(u64 *word, unsigned int vm, u16 field)
{
	*word &= ~(0xffffULL << vm * FIELD_BITS);
	*word |= (u64)field << vm * FIELD_BITS;
}

/* The fields of L1, and of VMs that do not exist, must be 0 in both registers. */
static u64 check_fields(const struct tdcall_regs *regs)
{
	unsigned int vm;
	u16 wanted;

	for (vm = 0; vm < FIELDS; vm++) {
		wanted = field_of(regs->rdx, vm);
		if (vm && vm <= metadata_l2_vms()) {
			if (wanted && !(wanted & FIELD_VALID))
				return TDX_OPERAND_INVALID | TDX_OPERAND_RDX;
			continue;
		}
		if (wanted)
			return TDX_OPERAND_INVALID | TDX_OPERAND_RDX;
		if (field_of(regs->r8, vm))
			return TDX_OPERAND_INVALID | TDX_OPERAND_R8;
	}
	return TDX_SUCCESS;
}

/* The bits of the offset within a page of this level. */
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

/* The nested page table has no pages that can be written or executed but not read. */
static bool mix_is_legal(u16 attributes)
{
	return !(attributes & ~SUPPORTED) && (attributes & PAGE_ATTR_R);
}

/* The field of an alias has VALID set; without an alias it is 0. */
static u16 reported(u16 attributes)
{
	return attributes ? attributes | FIELD_VALID : 0;
}

/**
 * memory_attr_rd() - TDG.MEM.PAGE.ATTR.RD
 * @regs: in and out
 */
void memory_attr_rd(struct tdcall_regs *regs)
{
	unsigned int vm;

	if ((regs->rcx & ~GPA_ADDRESS) || !address_is_sane(regs->rcx)) {
		refuse(regs, TDX_OPERAND_INVALID | TDX_OPERAND_RCX);
		return;
	}
	regs->rdx = 0;
	for (vm = 1; vm < FIELDS && vm <= metadata_l2_vms(); vm++)
		set_field(&regs->rdx, vm, reported(npt_get(vm, regs->rcx)));
	/* The page in which L1 has the address, and its level. */
	if (ram_is_large(regs->rcx))
		regs->rcx = (regs->rcx & ~offset_mask(NPT_LEVEL_2M)) | NPT_LEVEL_2M;
	else if (ram_is_pending(regs->rcx))
		regs->rcx |= GPA_PENDING_BIT;
	regs->rax = TDX_SUCCESS;
}

static bool is_present(u16 attributes)
{
	return attributes & (PAGE_ATTR_R | PAGE_ATTR_W | PAGE_ATTR_X | PAGE_ATTR_X_USER);
}

static u64 mismatch(u64 level)
{
	return TDX_PAGE_SIZE_MISMATCH | level;
}

/* Without memory for a table, TDX would ask the host for it. Here L1 has to try again. */
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

/**
 * struct change - the change of the alias of one VM
 * @old: the attributes before
 * @new: the attributes afterwards
 */
struct change {
	u16 old;
	u16 new;
};

static bool is_selected(const struct tdcall_regs *regs, unsigned int vm)
{
	return field_of(regs->rdx, vm) & FIELD_VALID;
}

static struct change plan(const struct tdcall_regs *regs, unsigned int vm, u64 gpa)
{
	u16 old = npt_get(vm, gpa), mask = field_of(regs->r8, vm) & ~FIELD_VALID;

	return (struct change){ old, (old & ~mask) | (field_of(regs->rdx, vm) & mask) };
}

/*
 * RDX at the end. For each VM that L1 has selected: its alias; or, without an alias before and
 * after the call, what L1 wrote. If the attributes of a VM are illegal, nothing has changed, and
 * RDX has the old alias of that VM, but the new ones of the others.
 */
static u64 tell(const struct tdcall_regs *regs, const struct change *changes)
{
	u64 rdx = regs->rdx;
	unsigned int vm;

	for (vm = 1; vm < FIELDS && vm <= metadata_l2_vms(); vm++) {
		const struct change *change = &changes[vm];

		if (!is_selected(regs, vm))
			continue;
		if (!is_present(change->new)) {
			if (change->old)
				set_field(&rdx, vm, change->new | FIELD_VALID);
		} else {
			set_field(&rdx, vm, reported(mix_is_legal(change->new) ? change->new :
									     change->old));
		}
	}
	return rdx;
}

/* Return: whether all attributes are legal. */
static bool plan_all(const struct tdcall_regs *regs, u64 gpa, struct change *changes)
{
	bool legal = true;
	unsigned int vm;

	for (vm = 1; vm < FIELDS && vm <= metadata_l2_vms(); vm++) {
		if (!is_selected(regs, vm))
			continue;
		changes[vm] = plan(regs, vm, gpa);
		if (is_present(changes[vm].new) && !mix_is_legal(changes[vm].new))
			legal = false;
	}
	return legal;
}

/* Without R, W and X the alias is removed, whatever else is set. */
static u64 commit(const struct tdcall_regs *regs, u64 gpa, u64 level, struct change *changes)
{
	unsigned int vm;
	u64 status = TDX_SUCCESS;

	for (vm = 1; !status && vm < FIELDS && vm <= metadata_l2_vms(); vm++) {
		if (!is_selected(regs, vm))
			continue;
		if (!is_present(changes[vm].new))
			changes[vm].new = 0;
		status = status_of(npt_set(vm, gpa, level, changes[vm].new), level);
	}
	return status;
}

static void change(struct tdcall_regs *regs, u64 gpa, u64 level)
{
	struct change changes[FIELDS] = { };

	if (!plan_all(regs, gpa, changes)) {
		regs->rax = TDX_PAGE_ATTR_INVALID;
		regs->rcx = 0;
		regs->rdx = tell(regs, changes);
		return;
	}
	if (refuse(regs, commit(regs, gpa, level, changes)))
		return;
	regs->rdx = tell(regs, changes);
	if (ram_is_pending(gpa))
		regs->rcx |= GPA_PENDING_BIT;
}

/* L1's page must have that level. A large page is split if needed, as by a host. */
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
	change(regs, gpa, level);
}
