// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A VP's x2APIC, as far as neither the CPU nor the kernel serves it: registers that exit, the
 * timer, IPIs that start a VP or go to several (Intel SDM, "Advanced Programmable Interrupt
 * Controller").
 *
 * Owns: the registers that the virtual APIC page does not hold. Interrupts are delivered by
 * the CPU and the kernel, which may serve the timer as well (struct mshv_tdx_tsc_deadline).
 */
#include <string.h>

#include "internal.h"

#define MSR_APIC_BASE		0x01b
#define MSR_TSC_DEADLINE	0x6e0
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
#define MSR_LVT_TIMER		0x832
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

#define LVT_MASKED		0x10000u
#define LVT_VECTOR		0xffu
#define LVT_TIMER_MODE		0x60000u
#define LVT_TIMER_DEADLINE	0x40000u

#define ICR_MODE(low)		((low) >> 8 & 7)
#define ICR_FIXED		0
#define ICR_LOWEST_PRIORITY	1
#define ICR_INIT		5
#define ICR_SIPI		6
#define ICR_ASSERT		0x4000
#define ICR_LEVEL		0x8000
#define ICR_LOGICAL		0x800
/* Intel SDM, "Interrupt Command Register", x2APIC mode: 12, 13, 16, 17, 20 to 31. */
#define ICR_RESERVED		0xfff33000u
#define ICR_SHORTHAND(low)	((low) >> 18 & 3)
#define ICR_BROADCAST		UINT32_MAX
#define VECTOR_MIN		16

static uint32_t *apic_register(struct vp *vp, uint32_t msr)
{
	return &vp->apic_registers[msr - MSR_X2APIC];
}

static void deadline_set(struct vp *vp, uint64_t deadline)
{
	vp->context->tsc_deadline.deadline = deadline;
	vp->context->tsc_deadline.update = 1;
}

/*
 * If the offload is on, the kernel serves the timer while its interrupt is not masked: then
 * neither a new deadline nor its expiry is an exit for this VMM.
 */
static void timer_hand_over(struct vp *vp)
{
	uint32_t timer = *apic_register(vp, MSR_LVT_TIMER);
	bool on = vp->vm->config.timer_offload &&
		  vp->vm->config.offload_flags & MSHV_VTL_OFFLOAD_INTR_INJECT &&
		  !(timer & LVT_MASKED) &&
		  (timer & LVT_TIMER_MODE) == LVT_TIMER_DEADLINE;

	vp->context->tsc_deadline.vector = on ? timer & LVT_VECTOR : 0;
}

void apic_reset(struct vp *vp)
{
	uint32_t msr;

	memset(vp->apic, 0, PAGE_SIZE);
	memset(vp->apic_registers, 0, sizeof(vp->apic_registers));
	for (msr = MSR_LVT_TIMER; msr <= MSR_LVT_LAST; msr++)
		*apic_register(vp, msr) = LVT_MASKED;
	timer_hand_over(vp);
	deadline_set(vp, 0);
	vp_unhalt(vp);
}

void apic_timer_expire(struct vp *vp)
{
	uint32_t timer = *apic_register(vp, MSR_LVT_TIMER);

	deadline_set(vp, 0);
	if (timer & LVT_MASKED || (timer & LVT_VECTOR) < VECTOR_MIN)
		return;
	vp_unhalt(vp);
	vp_post(vp, vp->number, timer & LVT_VECTOR);
}

/*
 * A halt that ends at the deadline may end without an exit for the timer, where the VMM
 * injects interrupts.
 */
void apic_timer_poll(struct vp *vp)
{
	const struct mshv_tdx_tsc_deadline *timer = &vp->context->tsc_deadline;

	if (timer->deadline && !timer->vector && __builtin_ia32_rdtsc() >= timer->deadline)
		apic_timer_expire(vp);
}

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

static void icr_deliver(struct vp *sender, struct vp *vp, uint32_t low)
{
	switch (ICR_MODE(low)) {
	case ICR_INIT:
		vp_init(vp);
		break;
	case ICR_SIPI:
		vp_startup(vp, low & 0xff);
		break;
	default:
		vp_post(sender, vp->number, low & 0xff);
	}
}

/* INIT and SIPI may have any trigger mode: deassertion of INIT has no effect on an x2APIC. */
static bool icr_is_known(const struct vp *vp, uint32_t low)
{
	if (low & ICR_RESERVED)
		return false;
	switch (ICR_MODE(low)) {
	case ICR_FIXED:
	case ICR_LOWEST_PRIORITY:
		return !(low & ICR_LEVEL) && (low & 0xff) >= VECTOR_MIN;
	case ICR_INIT:
	case ICR_SIPI:
		return vp->vm->guest->starts_vps;
	default:
		return false;
	}
}

/* Serves a write that the kernel does not handle. */
static bool icr_write(struct vp *vp, uint64_t icr)
{
	struct vmm *vm = vp->vm;
	uint32_t low = icr;
	unsigned int i;

	if (!icr_is_known(vp, low))
		return false;
	if (ICR_MODE(low) == ICR_INIT && low & ICR_LEVEL && !(low & ICR_ASSERT))
		return true;

	for (i = 0; i < vm->config.vps; i++) {
		if (icr_names(icr, vp, &vm->vps[i]))
			icr_deliver(vp, &vm->vps[i], low);
	}
	return true;
}

/* Registers that have no effect: the timer has no other mode than the deadline. */
static bool is_remembered(uint32_t msr)
{
	return msr == MSR_SVR || msr == MSR_ESR || msr == MSR_TIMER_INITIAL ||
	       msr == MSR_TIMER_DIVIDE || (msr >= MSR_LVT_TIMER && msr <= MSR_LVT_LAST);
}

/* Registers that the CPU keeps in the virtual APIC page. */
static bool is_on_page(uint32_t msr)
{
	return msr == MSR_TPR || msr == MSR_PPR || (msr >= MSR_ISR_FIRST && msr <= MSR_IRR_LAST);
}

bool apic_read(struct vp *vp, uint32_t msr, uint64_t *value)
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
		*value = *apic_register(vp, msr);
	else
		return false;
	return true;
}

/* Another mode disarms the timer (Intel SDM, "TSC-Deadline Mode"). */
static void timer_write(struct vp *vp, uint32_t value)
{
	uint32_t *timer = apic_register(vp, MSR_LVT_TIMER);
	bool is_other_mode = (*timer ^ value) & LVT_TIMER_MODE;

	*timer = value;
	if (is_other_mode)
		deadline_set(vp, 0);
	timer_hand_over(vp);
}

bool apic_write(struct vp *vp, uint32_t msr, uint64_t value)
{
	if (msr == MSR_ICR)
		return icr_write(vp, value);
	if (msr == MSR_SELF_IPI && value >= VECTOR_MIN && value <= 0xff) {
		vp_post(vp, vp->number, value);
		return true;
	}
	if (!is_remembered(msr) || value > UINT32_MAX)
		return false;

	if (msr == MSR_LVT_TIMER)
		timer_write(vp, value);
	else
		*apic_register(vp, msr) = value;
	return true;
}

/* While the kernel serves the timer, it keeps the deadline in the page up to date. */
bool apic_deadline_read(struct vp *vp, uint32_t msr, uint64_t *value)
{
	if (msr != MSR_TSC_DEADLINE)
		return false;
	*value = vp->context->tsc_deadline.deadline;
	return true;
}

/* The timer is armed in this mode alone (Intel SDM, "TSC-Deadline Mode"). */
bool apic_deadline_write(struct vp *vp, uint32_t msr, uint64_t value)
{
	uint32_t timer = *apic_register(vp, MSR_LVT_TIMER);

	if (msr != MSR_TSC_DEADLINE)
		return false;
	if ((timer & LVT_TIMER_MODE) == LVT_TIMER_DEADLINE)
		deadline_set(vp, value);
	return true;
}
