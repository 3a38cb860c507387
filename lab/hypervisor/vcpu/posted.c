// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interrupts of L1 on the vectors 16 to 31.
 *
 * Owns: IRR and ISR of the lowest priority class, and when an interrupt of it is delivered, by
 * event injection at VMRUN, with the rules of VMX's virtual APIC (Intel SDM 3C,
 * "Virtual-Interrupt Delivery"). All other classes have a higher priority, and are in the CPU's
 * APIC.
 */
#include <asm/processor-flags.h>

#include "apic/apic.h"
#include "vcpu/exits.h"
#include "vcpu/l1.h"

#define PRIORITY_CLASS 0xf0U

void posted_post(struct l1_cpu *l1, u8 vector)
{
	__atomic_or_fetch(&l1->posted.requested, BIT(vector), __ATOMIC_SEQ_CST);
	if (l1 != l1_here())
		request_look(l1);
}

static u32 requested(const struct l1_cpu *l1)
{
	return __atomic_load_n(&l1->posted.requested, __ATOMIC_SEQ_CST) & ~l1->posted.unseen;
}

static bool has_own(u32 first)
{
	return apic_highest(first) >= L1_VECTOR_FIRST;
}

static bool is_outranked(const struct l1_cpu *l1)
{
	return l1->posted.in_service || (l1->apic.tpr & PRIORITY_CLASS) ||
	       has_own(APIC_ISR);
}

bool posted_is_deliverable(const struct l1_cpu *l1)
{
	return requested(l1) && !is_outranked(l1);
}

/*
 * The dummy interrupt is never delivered: L1 exits when it could be. QEMU aborts if the guest
 * writes CR8 meanwhile, since it signals the virtual interrupt without the lock that it needs; but
 * a write to CR8 always exits.
 */
static void ask_for_window(struct vmcb *vmcb)
{
	vmcb->int_control = SVM_V_IRQ | SVM_V_PRIORITY | SVM_V_IGNORE_TPR;
	vmcb->intercepts |= SVM_INTERCEPT(SVM_VINTR);
}

static bool is_open(const struct vmcb *vmcb)
{
	return (vmcb->rflags & X86_EFLAGS_IF) && !(vmcb->int_state & SVM_STATE_SHADOW) &&
	       !(vmcb->event_inj & EVENT_VALID);
}

/*
 * Injected as a software interrupt, which no gate forbids at CPL 0; tdx/l2/event.c says why. It
 * has no error code, whatever its vector.
 */
static void inject(struct l1_cpu *l1)
{
	u32 vector = 31 - __builtin_clz(requested(l1));

	__atomic_and_fetch(&l1->posted.requested, ~BIT(vector), __ATOMIC_SEQ_CST);
	l1->posted.in_service |= BIT(vector);
	l1->vmcb->event_inj = EVENT_VALID | vector |
		(l1->vmcb->cpl ? EVENT_INTERRUPT : EVENT_SOFT_INTERRUPT);
	l1->vmcb->event_inj_error = 0;
}

void posted_enter(struct l1_cpu *l1)
{
	struct vmcb *vmcb = l1->vmcb;

	vmcb->int_control = 0;
	vmcb->intercepts &= ~SVM_INTERCEPT(SVM_VINTR);
	/* An interrupt of the APIC comes first: its EOI is an exit. */
	if (!posted_is_deliverable(l1) || has_own(APIC_IRR))
		return;
	if (is_open(vmcb))
		inject(l1);
	else
		ask_for_window(vmcb);
}

/* After a delivery, RVI is the highest of all requested vectors. */
bool posted_end(struct l1_cpu *l1)
{
	l1->posted.unseen = 0;
	if (!l1->posted.in_service || has_own(APIC_ISR))
		return false;
	l1->posted.in_service &= ~BIT(31 - __builtin_clz(l1->posted.in_service));
	return true;
}

bool posted_ends_l2(const struct l1_cpu *l1)
{
	return (requested(l1) & BIT(POSTED_VECTOR_LAST)) && !is_outranked(l1);
}

void posted_left_l2(struct l1_cpu *l1, u32 before)
{
	u32 now = __atomic_load_n(&l1->posted.requested, __ATOMIC_SEQ_CST);

	l1->posted.unseen |= now & ~before & ~BIT(POSTED_VECTOR_LAST);
}
