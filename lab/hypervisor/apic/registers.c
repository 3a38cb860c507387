// SPDX-License-Identifier: GPL-2.0-only
/*
 * L1's x2APIC: what its MSRs do.
 *
 * Owns: which of them are the CPU's own registers, and which are only stored. INIT and SIPI
 * have no effect: a trust domain wakes its CPUs through a mailbox.
 */
#include "apic/apic.h"
#include "base/base.h"
#include "vcpu/l1.h"

/* It reports six LVTs, as QEMU's own APIC does. */
#define VERSION_OF_L1   0x50014
#define SVR_AT_RESET    0xff
#define VECTOR_MASK     0xff
#define TPR_MASK        0xff
#define POSTED_CLASS    0x10

void l1_apic_reset(struct l1_cpu *l1)
{
	u32 i;

	memset(&l1->apic, 0, sizeof(l1->apic));
	l1->apic.svr = SVR_AT_RESET;
	l1->apic.lvt_timer = APIC_LVT_MASKED;
	for (i = 0; i < ARRAY_SIZE(l1->apic.lvt); i++)
		l1->apic.lvt[i] = APIC_LVT_MASKED;
}

/* The APIC's lowest class belongs to the host; L1's vectors of that class are in @posted. */
static u32 priority_in_service(const struct l1_cpu *l1)
{
	u32 priority = apic_priority_of_cpu(apic_read(APIC_PPR));

	return !priority && l1->posted.in_service ? POSTED_CLASS : priority;
}

bool l1_apic_read(struct l1_cpu *l1, u32 msr, u64 *value)
{
	u32 number = msr - APIC_MSR_FIRST;

	switch (number) {
	case APIC_ID_REGISTER:
		*value = l1->apic_id;
		return true;
	case APIC_VERSION:
		*value = VERSION_OF_L1;
		return true;
	case APIC_LDR:
		*value = apic_logical_id(l1->apic_id);
		return true;
	case APIC_SVR:
		*value = l1->apic.svr;
		return true;
	case APIC_LVT_TIMER:
		*value = l1->apic.lvt_timer;
		return true;
	case APIC_LVT_THERMAL ... APIC_LVT_ERROR:
		*value = l1->apic.lvt[number - APIC_LVT_TIMER];
		return true;
	case APIC_LVT_CMCI:
		*value = l1->apic.lvt[0];
		return true;
	case APIC_ESR:
	case APIC_ICR:
		*value = 0;
		return true;
	case APIC_TPR:
		*value = l1->apic.tpr;
		return true;
	case APIC_PPR:
		*value = apic_l1_priority(l1->apic.tpr, priority_in_service(l1));
		return true;
	case APIC_ISR:
		*value = l1->posted.in_service;
		return true;
	case APIC_TMR:
		*value = 0;
		return true;
	case APIC_IRR:
		*value = READ_ONCE(l1->posted.requested);
		return true;
	case APIC_ISR + 1 ... APIC_ISR + 7:
	case APIC_TMR + 1 ... APIC_TMR + 7:
	case APIC_IRR + 1 ... APIC_IRR + 7:
	case APIC_TIMER_INITIAL:
	case APIC_TIMER_CURRENT:
	case APIC_TIMER_DIVIDE:
		*value = apic_read(number);
		return true;
	default:
		return false;
	}
}

static void send_nmi(struct l1_cpu *l1, u64 icr)
{
	u32 i;

	for (i = 0; i < l1_count; i++) {
		if (apic_icr_hits(icr, l1->apic_id, l1_cpus[i].apic_id))
			request_nmi(&l1_cpus[i]);
	}
}

static void post(struct l1_cpu *l1, u64 icr)
{
	u32 i;

	for (i = 0; i < l1_count; i++) {
		if (apic_icr_hits(icr, l1->apic_id, l1_cpus[i].apic_id))
			posted_post(&l1_cpus[i], icr & VECTOR_MASK);
	}
}

/* Vectors below 16 are not interrupts, and the host has those from 16 on. */
static bool is_of_cpu(u64 icr)
{
	return (icr & VECTOR_MASK) >= L1_VECTOR_FIRST;
}

/* Only CPUs 0 to 7 have a logical id; the physical one of all CPUs reaches the others, too. */
static u32 mode_of(u64 icr)
{
	return icr >> 32 == APIC_EVERYBODY ? (u32)icr & ~APIC_ICR_LOGICAL : (u32)icr;
}

static void send(struct l1_cpu *l1, u64 icr)
{
	u32 destination;

	switch (icr & APIC_ICR_MODE) {
	case 0:
		if (posted_is_one(icr & VECTOR_MASK))
			post(l1, icr);
		if (!is_of_cpu(icr))
			return;
		if ((icr & APIC_ICR_SHORTHAND) || apic_destination(icr, &destination))
			apic_send(icr & APIC_ICR_SHORTHAND ? 0 : destination,
				  mode_of(icr) | APIC_ICR_ASSERT);
		return;
	case APIC_ICR_NMI:
		send_nmi(l1, icr);
		return;
	default:
		print("hypervisor: CPU %u: no interrupt of ICR %llx\n", l1->index, icr);
	}
}

bool l1_apic_write(struct l1_cpu *l1, u32 msr, u64 value)
{
	u32 number = msr - APIC_MSR_FIRST;

	switch (number) {
	case APIC_TPR:
		l1->apic.tpr = value & TPR_MASK;
		apic_write(APIC_TPR, apic_priority_of_cpu(l1->apic.tpr));
		return true;
	case APIC_EOI:
		l1->count.eoi++;
		timer_end_of_interrupt(l1);
		if (!posted_end(l1))
			apic_write(APIC_EOI, 0);
		return true;
	case APIC_SVR:
		l1->apic.svr = value;
		return true;
	case APIC_ESR:
		return true;
	case APIC_ICR:
		if (value & APIC_ICR_RESERVED)
			return false;
		/* QEMU's APIC stores the bit as it is written, and would be busy for ever. */
		send(l1, value & ~(u64)APIC_ICR_BUSY);
		return true;
	case APIC_LVT_TIMER:
		timer_write_lvt(l1, value);
		return true;
	case APIC_LVT_THERMAL ... APIC_LVT_ERROR:
		l1->apic.lvt[number - APIC_LVT_TIMER] = value;
		return true;
	case APIC_LVT_CMCI:
		l1->apic.lvt[0] = value;
		return true;
	case APIC_TIMER_INITIAL:
		timer_write_initial(l1, value);
		return true;
	case APIC_TIMER_DIVIDE:
		apic_write(number, value);
		return true;
	case APIC_SELF_IPI:
		if (posted_is_one(value & VECTOR_MASK))
			posted_post(l1, value & VECTOR_MASK);
		if (!is_of_cpu(value))
			return true;
		apic_send(0, APIC_ICR_SELF | APIC_ICR_ASSERT | (value & VECTOR_MASK));
		return true;
	default:
		return false;
	}
}
