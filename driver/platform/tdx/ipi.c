// SPDX-License-Identifier: GPL-2.0-only
/*
 * IPIs between VPs of VTL0: a write to the x2APIC ICR sets bits in run pages, without
 * the VMM.
 *
 * VP n has the APIC id of CPU n, so vtl_cpu_find() finds a destination.
 */
#include <linux/bits.h>
#include <linux/cpumask.h>
#include <linux/smp.h>

#include "vectors.h"
#include "run_page.h"
#include "tdx.h"

/* Intel SDM, "Interrupt Command Register", x2APIC mode. */
#define ICR_VECTOR		GENMASK_ULL(7, 0)
#define ICR_DELIVERY_MODE	GENMASK_ULL(10, 8)
#define ICR_LOGICAL		BIT_ULL(11)
#define ICR_RESERVED		(GENMASK_ULL(13, 12) | GENMASK_ULL(17, 16) | \
				 GENMASK_ULL(31, 20))
#define ICR_TRIGGER_LEVEL	BIT_ULL(15)
#define ICR_SHORTHAND(icr)	((icr) >> 18 & 3)
#define ICR_DESTINATION(icr)	((u32)((icr) >> 32))

#define SHORTHAND_NONE		0
#define SHORTHAND_SELF		1
#define SHORTHAND_ALL_BUT_SELF	3

#define DESTINATION_ALL		(~0U)
#define VECTOR_LEGAL_MIN	16

static void target_add(struct cpumask *targets, u32 apic_id)
{
	int cpu = vtl_cpu_find(apic_id);

	if (cpu >= 0)
		cpumask_set_cpu(cpu, targets);
}

/* Logical x2APIC destination: 31:16 cluster, 15:0 bitmap of its 16 CPUs. */
static void targets_add_logical(struct cpumask *targets, u32 destination)
{
	unsigned long members = destination & GENMASK(15, 0);
	u32 cluster = destination >> 16;
	unsigned int member;

	for_each_set_bit(member, &members, 16)
		target_add(targets, cluster * 16 + member);
}

static void targets_find(struct cpumask *targets, u64 icr)
{
	u32 destination = ICR_DESTINATION(icr);
	unsigned int here = smp_processor_id();

	cpumask_clear(targets);
	if (ICR_SHORTHAND(icr) == SHORTHAND_SELF) {
		cpumask_set_cpu(here, targets);
	} else if (ICR_SHORTHAND(icr) != SHORTHAND_NONE) {
		cpumask_copy(targets, cpu_online_mask);
		if (ICR_SHORTHAND(icr) == SHORTHAND_ALL_BUT_SELF)
			cpumask_clear_cpu(here, targets);
	} else if (destination == DESTINATION_ALL) {
		cpumask_copy(targets, cpu_online_mask);
	} else if (icr & ICR_LOGICAL) {
		targets_add_logical(targets, destination);
	} else {
		target_add(targets, destination);
	}
}

bool vtl_tdx_ipi_send(u64 icr, struct cpumask *targets)
{
	u8 vector = icr & ICR_VECTOR;

	/* The VMM handles all other IPIs: it sends INIT, or injects #GP. */
	if (icr & (ICR_DELIVERY_MODE | ICR_TRIGGER_LEVEL | ICR_RESERVED) ||
	    vector < VECTOR_LEGAL_MIN)
		return false;

	targets_find(targets, icr);
	vtl_vp_post_all(targets, vector);
	return true;
}
