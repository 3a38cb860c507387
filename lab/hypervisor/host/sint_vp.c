// SPDX-License-Identifier: GPL-2.0-only
/*
 * SINT 7 of each VP, for lab/host/sint.c.
 *
 * Owns: nothing. The pages, the mask and the vector are what L1 wrote into the VP's MSRs;
 * while a page is not enabled, or L1 does not share it, there is none.
 */
#include "../../host/message.h"
#include "../../host/sint_vp.h"
#include "../../host/synic.h"
#include "apic/physical.h"
#include "vcpu/gpa.h"
#include "vcpu/l1.h"

#define PAGE_ENABLED BIT_ULL(0)
#define SINT_VECTOR  0xffU
#define SINT_MASKED  BIT_ULL(16)
#define FIRST_VECTOR 16
#define FLAG_BYTES   256

static u8 *shared_page(u64 msr)
{
	return msr & PAGE_ENABLED ? gpa_shared_memory(msr & PAGE_MASK) : NULL;
}

bool lab_vp_exists(u32 vp)
{
	return vp < l1_count;
}

bool lab_vp_is_live(u32 vp)
{
	return lab_vp_exists(vp) && READ_ONCE(l1_cpus[vp].online);
}

struct host_message *sint_vp_slot(u32 vp)
{
	u8 *page = shared_page(READ_ONCE(l1_cpus[vp].hv.simp));

	return page ? (struct host_message *)page + SINT : NULL;
}

bool sint_vp_set_flag(u32 vp, u32 flag)
{
	u8 *page = shared_page(READ_ONCE(l1_cpus[vp].hv.siefp));

	if (!page)
		return false;
	/* L1 clears flags of the same byte meanwhile. */
	__atomic_fetch_or(page + SINT * FLAG_BYTES + flag / 8, 1U << flag % 8,
			  __ATOMIC_SEQ_CST);
	return true;
}

bool sint_vp_is_masked(u32 vp)
{
	return READ_ONCE(l1_cpus[vp].hv.sint[SINT]) & SINT_MASKED;
}

void sint_vp_interrupt(u32 vp)
{
	u32 vector = READ_ONCE(l1_cpus[vp].hv.sint[SINT]) & SINT_VECTOR;

	if (vector >= FIRST_VECTOR)
		apic_send(l1_cpus[vp].apic_id, APIC_ICR_ASSERT | vector);
}
