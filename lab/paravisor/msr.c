// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Model-specific registers that VTL0 reads and writes by an exit: a small
 * x2APIC, whose interrupts the CPU and the kernel deliver.
 */
#include "internal.h"

#define MSR_APIC_BASE		0x01b
#define MSR_X2APIC		0x800
#define MSR_ID			0x802
#define MSR_VERSION		0x803
#define MSR_TPR			0x808
#define MSR_PPR			0x80a
#define MSR_LDR			0x80d
#define MSR_SVR			0x80f
#define MSR_ISR_FIRST		0x810
#define MSR_IRR_LAST		0x827
#define MSR_ESR			0x828
#define MSR_ICR			0x830
#define MSR_LVT_FIRST		0x832
#define MSR_LVT_LAST		0x837
#define MSR_TIMER_INITIAL	0x838
#define MSR_TIMER_CURRENT	0x839
#define MSR_TIMER_DIVIDE	0x83e
#define MSR_SELF_IPI		0x83f

#define APIC_BASE		0xfee00000u
#define APIC_BASE_FIRST_VP	0x100
#define APIC_BASE_X2APIC	0x400
#define APIC_BASE_ENABLED	0x800
#define APIC_VERSION		0x00050014
#define APIC_REGISTER_WORDS	4

#define ICR_MODE_MASK		0x700
#define ICR_LEVEL		0x8000
#define ICR_LOGICAL		0x800
/* Intel SDM, "Interrupt Command Register", x2APIC mode: 12, 13, 16, 17, 20 to 31. */
#define ICR_RESERVED		0xfff33000u
#define ICR_SHORTHAND(low)	((low) >> 18 & 3)
#define ICR_BROADCAST		UINT32_MAX
#define VECTOR_MIN		16

static uint32_t logical_id(uint32_t apic_id)
{
	return (apic_id >> 4) << 16 | 1u << (apic_id & 0xf);
}

static bool icr_names(uint64_t icr, const struct vp *sender, const struct vp *vp)
{
	uint32_t destination = icr >> 32, logical = logical_id(vp->apic_id);

	switch (ICR_SHORTHAND((uint32_t)icr)) {
	case 1:
		return vp == sender;
	case 2:
		return true;
	case 3:
		return vp != sender;
	}
	if (destination == ICR_BROADCAST)
		return true;
	if (!(icr & ICR_LOGICAL))
		return vp->apic_id == destination;
	return logical >> 16 == destination >> 16 && logical & destination & 0xffff;
}

/* Reached when the kernel does not handle it, or not this kind. */
static bool icr_write(struct vp *vp, uint64_t icr)
{
	struct vmm *vm = vp->vm;
	unsigned int i;

	/* Fixed and edge-triggered only; nobody is started by INIT here. */
	if (icr & (ICR_MODE_MASK | ICR_LEVEL | ICR_RESERVED) || (icr & 0xff) < VECTOR_MIN)
		return false;

	for (i = 0; i < vm->config.vps; i++) {
		if (!icr_names(icr, vp, &vm->vps[i]))
			continue;
		vp_post(vp, i, icr & 0xff);
	}
	return true;
}

/* Registers that are only remembered: there is no timer, and no error. */
static bool is_remembered(uint32_t msr)
{
	return msr == MSR_SVR || msr == MSR_ESR || msr == MSR_TIMER_INITIAL ||
	       msr == MSR_TIMER_DIVIDE || (msr >= MSR_LVT_FIRST && msr <= MSR_LVT_LAST);
}

/* Registers that the CPU keeps in the virtual APIC page. */
static bool is_on_page(uint32_t msr)
{
	return msr == MSR_TPR || msr == MSR_PPR || (msr >= MSR_ISR_FIRST && msr <= MSR_IRR_LAST);
}

bool msr_read(struct vp *vp, uint32_t msr, uint64_t *value)
{
	switch (msr) {
	case MSR_APIC_BASE:
		*value = APIC_BASE | APIC_BASE_ENABLED | APIC_BASE_X2APIC |
			 (vp->number ? 0 : APIC_BASE_FIRST_VP);
		return true;
	case MSR_ID:
		*value = vp->apic_id;
		return true;
	case MSR_VERSION:
		*value = APIC_VERSION;
		return true;
	case MSR_LDR:
		*value = logical_id(vp->apic_id);
		return true;
	case MSR_TIMER_CURRENT:
		*value = 0;
		return true;
	}
	if (is_on_page(msr))
		*value = vp->apic[(msr - MSR_X2APIC) * APIC_REGISTER_WORDS];
	else if (is_remembered(msr))
		*value = vp->apic_registers[msr - MSR_X2APIC];
	else
		return false;
	return true;
}

bool msr_write(struct vp *vp, uint32_t msr, uint64_t value)
{
	if (msr == MSR_ICR)
		return icr_write(vp, value);
	if (msr == MSR_SELF_IPI && value >= VECTOR_MIN && value <= 0xff) {
		vp_post(vp, vp->number, value);
		return true;
	}
	if (!is_remembered(msr) || value > UINT32_MAX)
		return false;

	vp->apic_registers[msr - MSR_X2APIC] = value;
	return true;
}
