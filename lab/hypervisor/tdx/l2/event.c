// SPDX-License-Identifier: GPL-2.0-only
/*
 * Delivery of events through L2's IDT.
 *
 * Owns: the event that is injected at a VMRUN, the windows for the next one, and what is reported
 * of it. Must not know: MSRs, and exits other than its own.
 *
 * A virtual interrupt is delivered as a virtual interrupt of SVM. It moves from IRR to ISR when
 * L2 has taken it, which is known right after VMRUN. So the virtual-APIC page is correct at each
 * exit, and an interrupted delivery is reported as that of an interrupt.
 */
#include <linux/types.h>

#include <asm/processor-flags.h>

#include "tdx/l2/l2.h"

static bool is_software(u32 info)
{
	return (info & EVENT_TYPE) >= EVENT_SOFT_INTERRUPT;
}

/**
 * event_inject_exception() - raise a fault in L2
 * @vcpu:      the VCPU
 * @vector:    which
 * @has_error: an error code of 0 goes with it
 */
void event_inject_exception(struct vcpu *vcpu, u8 vector, bool has_error)
{
	vcpu->inject.info = EVENT_VALID | EVENT_EXCEPTION | vector |
		(has_error ? EVENT_ERROR_CODE : 0);
	vcpu->inject.error = 0;
	vcpu->inject.length = 0;
}

/*
 * SVM does not have VMX's types of software exceptions; it pushes the current RIP.
 *
 * An interrupt is injected as a software interrupt, which is delivered in the same way at CPL 0,
 * where no gate forbids it. For other types, QEMU's helper_vmrun() leaves the vector in
 * exception_index, and delivers it again if its CPU stops soon afterwards.
 */
static u32 svm_info(const struct vcpu *vcpu, u32 info)
{
	u32 type = info & EVENT_TYPE;

	if (type > EVENT_SOFT_INTERRUPT)
		type = EVENT_EXCEPTION;
	else if (type == EVENT_INTERRUPT && !vcpu->run.vmcb->cpl)
		type = EVENT_SOFT_INTERRUPT;
	return (info & ~(EVENT_RESERVED | EVENT_TYPE)) | type;
}

static void put_event(struct vcpu *vcpu)
{
	struct vmcb *vmcb = vcpu->run.vmcb;

	vcpu->injected = vcpu->inject;
	if (likely(!vcpu->injected.info)) {
		vmcb->event_inj = 0;
		return;
	}
	vcpu->inject.info = 0;
	vmcb->event_inj = svm_info(vcpu, vcpu->injected.info);
	vmcb->event_inj_error = vcpu->injected.error;
	if (is_software(vcpu->injected.info))
		vmcb->rip += vcpu->injected.length;
	if ((vcpu->injected.info & (EVENT_VALID | EVENT_TYPE)) == (EVENT_VALID | EVENT_NMI)) {
		vcpu_set_field(vcpu, L2_INTERRUPTIBILITY,
			       vcpu_field(vcpu, L2_INTERRUPTIBILITY) | INTERRUPTIBILITY_NMI);
		vmcb->intercepts |= SVM_INTERCEPT(SVM_IRET);
	}
}

static bool window_is_asked(const struct vcpu *vcpu)
{
	return vcpu_field(vcpu, L2_PRIMARY) & PRIMARY_INTERRUPT_WINDOW;
}

static bool interrupt_waits(const struct vcpu *vcpu)
{
	return !window_is_asked(vcpu) && vcpu_has_vid(vcpu) && vapic_is_pending(&vcpu->vapic);
}

static bool is_open(const struct vcpu *vcpu)
{
	return (vcpu->run.vmcb->rflags & X86_EFLAGS_IF) && !vcpu->shadow;
}

static bool nmi_window_is_open(const struct vcpu *vcpu)
{
	return (vcpu_field(vcpu, L2_PRIMARY) & PRIMARY_NMI_WINDOW) &&
	       !(vcpu_field(vcpu, L2_INTERRUPTIBILITY) & INTERRUPTIBILITY_NMI) && !vcpu->shadow;
}

/*
 * Request the virtual interrupt. L2 takes it immediately, unless an interrupt of L1 ends L2
 * before. It is not injected as an event: if QEMU stops its CPU soon afterwards, it treats an
 * injected interrupt as not yet delivered, and delivers it again.
 */
static u32 offer(struct vcpu *vcpu)
{
	struct vmcb *vmcb = vcpu->run.vmcb;

	vmcb->int_vector = vcpu->vapic.rvi;
	return SVM_V_IRQ | SVM_V_PRIORITY;
}

/*
 * It counts as taken even if its delivery was interrupted: then QEMU leaves the request set, and
 * reports the interrupt as an exception.
 */
static noinline void finish_offer(struct vcpu *vcpu)
{
	struct vmcb *vmcb = vcpu->run.vmcb;
	bool waits = vmcb->int_control & SVM_V_IRQ, cut = vmcb->exit_int_info & EVENT_VALID;
	u8 vector;

	if (!waits || cut) {
		vector = vapic_deliver(&vcpu->vapic);
		vcpu->stats->delivered++;
		if (waits)
			vmcb->exit_int_info = EVENT_VALID | EVENT_INTERRUPT | vector;
	}
}

/* Exits that come at the boundary before the next instruction. */
static bool exits_at_once(struct vcpu *vcpu, struct l2_exit *exit)
{
	if (deadline_is_due(vcpu))
		exit->reason = VMX_PREEMPTION_TIMER;
	else if (nmi_window_is_open(vcpu))
		exit->reason = VMX_NMI_WINDOW;
	else if (window_is_asked(vcpu) && is_open(vcpu))
		exit->reason = VMX_INTERRUPT_WINDOW;
	else
		return false;
	return true;
}

/* The dummy interrupt is never delivered: L2 exits when it could be. */
static void set_window(struct vcpu *vcpu, bool waits)
{
	u32 control = SVM_V_INTR_MASKING | SVM_V_IGNORE_TPR |
		(vapic_read(&vcpu->vapic, VAPIC_TPR) >> 4 & SVM_V_TPR);
	struct vmcb *vmcb = vcpu->run.vmcb;
	u64 intercepts = vmcb->intercepts & ~SVM_INTERCEPT(SVM_VINTR);

	if (vcpu->offered) {
		control |= offer(vcpu);
	} else if (waits || window_is_asked(vcpu)) {
		control |= SVM_V_IRQ | SVM_V_PRIORITY;
		intercepts |= SVM_INTERCEPT(SVM_VINTR);
	}
	vmcb->int_control = control;
	vmcb->intercepts = intercepts;
}

/**
 * event_prepare() - decide what is injected at the next VMRUN
 * @vcpu: the VCPU
 * @exit: out: if L2 ends instead
 *
 * Context: GIF is 0.
 * Return: whether L2 ends without another instruction.
 */
bool event_prepare(struct vcpu *vcpu, struct l2_exit *exit)
{
	bool waits;

	vcpu->offered = false;
	if (!vcpu->inject.info && exits_at_once(vcpu, exit))
		return true;
	waits = interrupt_waits(vcpu);
	vcpu->offered = waits && !vcpu->inject.info && is_open(vcpu);
	set_window(vcpu, waits);
	put_event(vcpu);
	vcpu->run.shadow = vcpu->shadow;
	vcpu->run.vmcb->int_state = vcpu->shadow ? SVM_STATE_SHADOW : 0;
	return false;
}

static bool is_same(u32 a, u32 b)
{
	return !((a ^ b) & (EVENT_VALID | EVENT_TYPE | EVENT_VECTOR));
}

static void record_interrupted(struct vcpu *vcpu)
{
	struct vmcb *vmcb = vcpu->run.vmcb;
	u32 info = vmcb->exit_int_info;

	if (!(info & EVENT_VALID)) {
		vcpu_set_field(vcpu, L2_IDT_EVENT, 0);
		vcpu_set_field(vcpu, L2_IDT_EVENT_ERROR, 0);
		return;
	}
	/* It is reported with its original type. */
	if (is_same(info, svm_info(vcpu, vcpu->injected.info))) {
		info = vcpu->injected.info;
		if (is_software(info))
			vmcb->rip -= vcpu->injected.length;
	}
	vcpu_set_field(vcpu, L2_IDT_EVENT, info);
	vcpu_set_field(vcpu, L2_IDT_EVENT_ERROR,
		       info & EVENT_ERROR_CODE ? vmcb->exit_int_error : 0);
}

/**
 * event_after() - find out what happened to the event of the last VMRUN
 * @vcpu: the VCPU; VMRUN has succeeded
 */
void event_after(struct vcpu *vcpu)
{
	if (vcpu->offered)
		finish_offer(vcpu);
	vcpu->offered = false;
	vcpu->shadow = vcpu->run.vmcb->int_state & SVM_STATE_SHADOW;
	if (!vcpu->entered)
		vcpu_set_field(vcpu, L2_ENTRY_EVENT,
			       vcpu_field(vcpu, L2_ENTRY_EVENT) & ~(u64)EVENT_VALID);
	vcpu->entered = true;
	record_interrupted(vcpu);
	vcpu->injected.info = 0;
}

/**
 * event_again() - repeat an interrupted delivery, since L2 continues
 * @vcpu: the VCPU
 *
 * An exception that the exit itself has raised takes precedence.
 */
void event_again(struct vcpu *vcpu)
{
	u32 info = vcpu_field(vcpu, L2_IDT_EVENT);

	if (!(info & EVENT_VALID) || vcpu->inject.info)
		return;
	vcpu->inject.info = info;
	vcpu->inject.error = vcpu_field(vcpu, L2_IDT_EVENT_ERROR);
	vcpu->inject.length = vcpu->injected.length;
}
