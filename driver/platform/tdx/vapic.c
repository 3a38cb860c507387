// SPDX-License-Identifier: GPL-2.0-only
/*
 * The part of VTL0's virtual APIC that VTL2 accesses: the IRR, and RVI, which is the
 * highest vector in it. VTL0 does not run during the access. While it runs, the CPU does
 * the rest.
 *
 * The page and the enter state are shared with the VMM, which may write them at any
 * time; wrong values affect only VTL0.
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

/* RVI is the previous highest pending vector; only a new one can be higher. */
static void rvi_raise(struct mshv_vtl_run *run, unsigned int bank, u32 new)
{
	struct mshv_tdx_l2_enter_guest_state *gpr = &tdx_context(run)->gpr;
	u8 highest = bank * 32 + __fls(new);

	if (highest > READ_ONCE(gpr->rvi))
		WRITE_ONCE(gpr->rvi, highest);
}

/*
 * Injects the rest of @banks. The first bank has a vector that is already pending: VTL0
 * handles both interrupts as one. Not inlined, so that the usual case needs no register
 * for this.
 */
static noinline unsigned int inject_merging(struct mshv_vtl_run *run, u32 *bits,
					    unsigned int banks)
{
	void *vapic = this_cpu_read(vtl_tdx_vps.vapic);
	unsigned int bank, merged = 0;
	u32 *irr, requested, new;

	do {
		bank = __ffs(banks);
		irr = irr_bank(vapic, bank);
		requested = READ_ONCE(*irr);
		new = bits[bank];
		WRITE_ONCE(*irr, requested | new);
		bits[bank] &= requested;
		merged |= !!bits[bank] << bank;
		banks &= banks - 1;
	} while (banks);
	rvi_raise(run, bank, new);
	return merged;
}

unsigned int vtl_tdx_vapic_inject(struct mshv_vtl_run *run, u32 *bits, unsigned int banks)
{
	void *vapic = this_cpu_read(vtl_tdx_vps.vapic);
	u32 *irr, requested, new;
	unsigned int bank;

	do {
		bank = __ffs(banks);
		irr = irr_bank(vapic, bank);
		requested = READ_ONCE(*irr);
		new = bits[bank];
		if (unlikely(requested & new))
			return inject_merging(run, bits, banks);
		WRITE_ONCE(*irr, requested | new);
		banks &= banks - 1;
	} while (banks);
	rvi_raise(run, bank, new);
	return 0;
}

bool vtl_tdx_vapic_is_pending(const struct mshv_vtl_run *run)
{
	return READ_ONCE(tdx_context(run)->gpr.rvi);
}
