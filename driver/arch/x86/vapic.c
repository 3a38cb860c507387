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

void vapic_merge(void *vapic, struct mshv_tdx_l2_enter_guest_state *gpr,
		 const u32 *bits)
{
	u8 highest = 0;
	int bank;

	if (!bits) {
		WRITE_ONCE(gpr->rvi, vapic_irr_highest(vapic));
		return;
	}

	/* RVI holds the highest request of before; only new ones can top it. */
	for (bank = 0; bank < MSHV_VTL_PROXY_BANKS; bank++) {
		if (!bits[bank])
			continue;
		WRITE_ONCE(*vapic_irr(vapic, bank),
			   READ_ONCE(*vapic_irr(vapic, bank)) | bits[bank]);
		highest = bank * 32 + fls(bits[bank]) - 1;
	}
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
