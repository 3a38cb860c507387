// SPDX-License-Identifier: GPL-2.0-only
/*
 * VTL0's virtual APIC as far as VTL2 touches it: requests, RVI, and whether a
 * halted VP would take what is requested. VTL0 does not run meanwhile; the CPU
 * does the rest while it does.
 *
 * The page and the enter state are shared with the VMM, which may write them at
 * any time: what comes of that is VTL0's loss alone.
 */
#include <linux/bitops.h>
#include <linux/compiler.h>

#include <asm/processor-flags.h>

#include "tdx.h"

static u32 *vapic_irr(void *vapic, unsigned int bank)
{
	return vapic + VAPIC_IRR + bank * VAPIC_STRIDE;
}

static u8 vapic_irr_highest(void *vapic)
{
	int bank;
	u32 irr;

	for (bank = MSHV_VTL_PROXY_BANKS - 1; bank >= 0; bank--) {
		irr = READ_ONCE(*vapic_irr(vapic, bank));
		if (irr)
			return bank * 32 + fls(irr) - 1;
	}
	return 0;
}

void vapic_look(void *vapic, struct mshv_tdx_l2_enter_guest_state *gpr)
{
	WRITE_ONCE(gpr->rvi, vapic_irr_highest(vapic));
}

void vapic_merge(void *vapic, struct mshv_tdx_l2_enter_guest_state *gpr,
		 const u32 *bits, unsigned int banks)
{
	unsigned int bank = 0;
	u8 highest;
	u32 *irr;

	for (; banks; banks &= banks - 1) {
		bank = __ffs(banks);
		irr = vapic_irr(vapic, bank);
		WRITE_ONCE(*irr, READ_ONCE(*irr) | bits[bank]);
	}

	/* RVI holds the highest request of before; only new ones can top it. */
	highest = bank * 32 + __fls(bits[bank]);
	if (highest > READ_ONCE(gpr->rvi))
		WRITE_ONCE(gpr->rvi, highest);
}

bool vapic_is_deliverable(const void *vapic,
			  const struct mshv_tdx_l2_enter_guest_state *gpr)
{
	u8 tpr = READ_ONCE(*(const u8 *)(vapic + VAPIC_TPR));
	u8 class = READ_ONCE(gpr->rvi) >> 4;

	/* Classes: the processor's priority is the higher of TPR and SVI. */
	return class > tpr >> 4 && class > READ_ONCE(gpr->svi) >> 4 &&
	       READ_ONCE(gpr->rflags) & X86_EFLAGS_IF;
}
