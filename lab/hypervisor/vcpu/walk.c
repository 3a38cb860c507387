// SPDX-License-Identifier: GPL-2.0-only
/*
 * L1's own page tables.
 *
 * Owns: the walk, in the modes that L1 has with 4 levels: it is not offered 5. L1
 * writes what it likes into its tables: every address is checked before it is read.
 */
#include "base/machine.h"
#include "base/string.h"
#include "vcpu/gpa.h"
#include "vcpu/vmcb.h"
#include "vcpu/walk.h"

#define CR0_PG        BIT_ULL(31)
#define EFER_LMA      BIT_ULL(10)
#define ENTRY_PRESENT BIT_ULL(0)
#define ENTRY_LARGE   BIT_ULL(7)
#define ENTRY_ADDRESS GENMASK_ULL(51, 12)
#define LEVELS        4

static u64 offset_mask(int level)
{
	return (1ULL << (12 + 9 * (level - 1))) - 1;
}

bool walk(const struct vmcb *vmcb, u64 gla, u64 *gpa)
{
	u64 table = vmcb->cr3 & ENTRY_ADDRESS;
	int level;

	if (!(vmcb->cr0 & CR0_PG)) {
		*gpa = gla;
		return true;
	}
	if (!(vmcb->efer & EFER_LMA))
		return false;

	for (level = LEVELS; level; level--) {
		const u64 *entries = gpa_memory(table);
		u64 entry;

		if (!entries)
			return false;
		entry = READ_ONCE(entries[gla >> (12 + 9 * (level - 1)) & 511]);
		if (!(entry & ENTRY_PRESENT))
			return false;
		table = entry & ENTRY_ADDRESS;
		if (level == 1 || (level < LEVELS && (entry & ENTRY_LARGE)))
			break;
	}
	*gpa = (table & ~offset_mask(level)) | (gla & offset_mask(level));
	return true;
}

u32 walk_read(const struct vmcb *vmcb, u64 gla, void *to, u32 count)
{
	u32 done = 0;

	while (done < count) {
		u32 part = min_t(u32, PAGE_SIZE - (gla + done) % PAGE_SIZE, count - done);
		const u8 *from;
		u64 gpa;

		if (!walk(vmcb, gla + done, &gpa))
			break;
		from = gpa_memory(gpa);
		if (!from)
			break;
		memcpy(to + done, from, part);
		done += part;
	}
	return done;
}
