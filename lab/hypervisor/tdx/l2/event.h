/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Delivery of events through L2's IDT.
 */
#ifndef _HYPERVISOR_TDX_L2_EVENT_H
#define _HYPERVISOR_TDX_L2_EVENT_H

#include <linux/types.h>

#include "tdx/l2/vcpu.h"

#define VECTOR_UD 6
#define VECTOR_GP 13

bool event_prepare(struct vcpu *vcpu, struct l2_exit *exit);
void event_after(struct vcpu *vcpu);
void event_inject_exception(struct vcpu *vcpu, u8 vector, bool has_error);
void event_again(struct vcpu *vcpu);

/**
 * event_take_from_entry() - take the event that L1 has put into the VM-entry fields
 * @vcpu: the VCPU that enters L2
 *
 * The field stays valid until VMRUN has taken the event.
 */
static inline void event_take_from_entry(struct vcpu *vcpu)
{
	vcpu->inject.info = vcpu_field(vcpu, L2_ENTRY_EVENT);
	vcpu->inject.error = vcpu_field(vcpu, L2_ENTRY_ERROR);
	vcpu->inject.length = vcpu_field(vcpu, L2_ENTRY_LENGTH);
	if (!(vcpu->inject.info & EVENT_VALID))
		vcpu->inject.info = 0;
}

#endif /* _HYPERVISOR_TDX_L2_EVENT_H */
