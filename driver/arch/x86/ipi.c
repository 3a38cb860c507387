// SPDX-License-Identifier: GPL-2.0-only
/*
 * IPIs between VPs of VTL0: a write to the x2APIC ICR becomes bits in run
 * pages, without the VMM.
 *
 * VP n has the APIC id of CPU n, so that a destination is found as the CPU of
 * an id is.
 */
#include <linux/bits.h>
#include <linux/cpumask.h>
#include <linux/smp.h>

#include "../../arch.h"
#include "../../vp.h"
#include "tdx.h"

/* Intel SDM, "Interrupt Command Register", x2APIC mode. */
#define ICR_VECTOR		GENMASK_ULL(7, 0)
#define ICR_DELIVERY_MODE	GENMASK_ULL(10, 8)
#define ICR_LOGICAL		BIT_ULL(11)
#define ICR_TRIGGER_LEVEL	BIT_ULL(15)
#define ICR_SHORTHAND(icr)	((icr) >> 18 & 3)
#define ICR_DESTINATION(icr)	((u32)((icr) >> 32))

#define SHORTHAND_NONE		0
#define SHORTHAND_SELF		1
#define SHORTHAND_ALL_BUT_SELF	3

#define DESTINATION_ALL		(~0U)
#define VECTOR_LEGAL_MIN	16

static void ipi_post_id(u32 apic_id, u8 vector)
{
	int cpu = vtl_arch_cpu_find(apic_id);

	if (cpu >= 0)
		vp_post(cpu, vector);
}

/* Logical x2APIC: 31:16 cluster, 15:0 which of its 16 CPUs. */
static void ipi_post_logical(u32 destination, u8 vector)
{
	unsigned long members = destination & GENMASK(15, 0);
	u32 cluster = destination >> 16;
	unsigned int member;

	for_each_set_bit(member, &members, 16)
		ipi_post_id(cluster * 16 + member, vector);
}

static void ipi_post_all(u8 vector, bool but_self)
{
	unsigned int cpu;

	for_each_online_cpu(cpu) {
		if (!but_self || cpu != smp_processor_id())
			vp_post(cpu, vector);
	}
}

bool ipi_send(u64 icr)
{
	u8 vector = icr & ICR_VECTOR;
	u32 destination = ICR_DESTINATION(icr);

	if (icr & (ICR_DELIVERY_MODE | ICR_TRIGGER_LEVEL) ||
	    vector < VECTOR_LEGAL_MIN)
		return false;

	if (ICR_SHORTHAND(icr) == SHORTHAND_SELF)
		vp_post(smp_processor_id(), vector);
	else if (ICR_SHORTHAND(icr) != SHORTHAND_NONE)
		ipi_post_all(vector, ICR_SHORTHAND(icr) == SHORTHAND_ALL_BUT_SELF);
	else if (destination == DESTINATION_ALL)
		ipi_post_all(vector, false);
	else if (icr & ICR_LOGICAL)
		ipi_post_logical(destination, vector);
	else
		ipi_post_id(destination, vector);
	return true;
}
