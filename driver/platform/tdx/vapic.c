// SPDX-License-Identifier: GPL-2.0-only
/*
 * VTL0's virtual APIC as far as VTL2 touches it: requests, and RVI, which names
 * the highest of them. VTL0 does not run meanwhile; the CPU does the rest while
 * it does.
 *
 * The page and the enter state are shared with the VMM, which may write them at
 * any time: what comes of that is VTL0's loss alone.
 */
#include <linux/bitops.h>
#include <linux/compiler.h>
#include <linux/percpu.h>

#include "tdx.h"

static u32 *irr_bank(void *vapic, unsigned int bank)
{
	return vapic + VAPIC_IRR + bank * VAPIC_STRIDE;
}

static u8 irr_highest(void *vapic)
{
	int bank;
	u32 irr;

	for (bank = MSHV_VTL_PROXY_BANKS - 1; bank >= 0; bank--) {
		irr = READ_ONCE(*irr_bank(vapic, bank));
		if (irr)
			return bank * 32 + fls(irr) - 1;
	}
	return 0;
}

void vtl_tdx_vapic_resync(struct mshv_vtl_run *run)
{
	void *vapic = this_cpu_read(vtl_tdx_vps.vapic);

	WRITE_ONCE(tdx_context(run)->gpr.rvi, irr_highest(vapic));
}

void vtl_tdx_vapic_inject(struct mshv_vtl_run *run, const u32 *bits,
			  unsigned int banks)
{
	struct mshv_tdx_l2_enter_guest_state *gpr = &tdx_context(run)->gpr;
	void *vapic = this_cpu_read(vtl_tdx_vps.vapic);
	unsigned int bank = 0;
	u8 highest;
	u32 *irr;

	for (; banks; banks &= banks - 1) {
		bank = __ffs(banks);
		irr = irr_bank(vapic, bank);
		WRITE_ONCE(*irr, READ_ONCE(*irr) | bits[bank]);
	}

	/* RVI holds the previous highest request; only a new one can exceed it. */
	highest = bank * 32 + __fls(bits[bank]);
	if (highest > READ_ONCE(gpr->rvi))
		WRITE_ONCE(gpr->rvi, highest);
}

bool vtl_tdx_vapic_is_pending(const struct mshv_vtl_run *run)
{
	return READ_ONCE(tdx_context(run)->gpr.rvi);
}
