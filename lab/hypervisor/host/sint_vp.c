// SPDX-License-Identifier: GPL-2.0-only
/*
 * SINT 7 of each VP, for sint.c.
 *
 * The pages, the mask and the vector are those of the VP's MSRs, which L1 has written. A page does
 * not exist while it or the SynIC is disabled, or L1 does not share it.
 */
#include <linux/errno.h>

#include "apic/apic.h"
#include "host/hyperv.h"
#include "host/synic.h"
#include "vcpu/l1.h"

#define FLAG_BYTES 256

bool sint_vp_exists(u32 vp)
{
	return vp < l1_count;
}

bool sint_vp_is_live(u32 vp)
{
	return sint_vp_exists(vp) && READ_ONCE(l1_cpus[vp].online);
}

struct host_message *sint_vp_slot(u32 vp)
{
	const struct host_vp *hv = &l1_cpus[vp].hv;
	u8 *page = synic_page(READ_ONCE(hv->scontrol), READ_ONCE(hv->simp));

	return page ? (struct host_message *)page + SINT : NULL;
}

int sint_vp_set_flag(u32 vp, u32 flag)
{
	const struct host_vp *hv = &l1_cpus[vp].hv;
	u8 *page = synic_page(READ_ONCE(hv->scontrol), READ_ONCE(hv->siefp));
	u8 bit = 1U << flag % 8, before;

	if (!page)
		return -EAGAIN;
	/* L1 may clear flags of the same byte at the same time. */
	before = __atomic_fetch_or(page + SINT * FLAG_BYTES + flag / 8, bit, __ATOMIC_SEQ_CST);
	return !(before & bit);
}

bool sint_vp_is_masked(u32 vp)
{
	return sint_is_masked(READ_ONCE(l1_cpus[vp].hv.sint[SINT]));
}

void sint_vp_interrupt(u32 vp)
{
	u8 vector = sint_vector(READ_ONCE(l1_cpus[vp].hv.sint[SINT]));

	if (vector)
		apic_send(l1_cpus[vp].apic_id, APIC_ICR_ASSERT | vector);
}
