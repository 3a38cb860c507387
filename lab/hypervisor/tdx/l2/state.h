/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * L2's state: its fields, and SVM's control block.
 */
#ifndef _HYPERVISOR_TDX_L2_STATE_H
#define _HYPERVISOR_TDX_L2_STATE_H

#include <linux/types.h>
#include <asm/processor-flags.h>

#include "tdx/l2/vcpu.h"

void vcpu_reset(struct vcpu *vcpu, unsigned int cpu);
void state_load_written(struct vcpu *vcpu);
void state_settle(struct vcpu *vcpu);
void state_written(struct vcpu *vcpu);
void state_refused(struct vcpu *vcpu);
bool state_is_valid(const struct vcpu *vcpu);
void state_skip(struct vcpu *vcpu, u32 length);

/**
 * state_load() - copy state from the L2 VMCS into the control block
 * @vcpu: the VCPU that enters L2; the contents of its state buffer are already there
 */
static inline void state_load(struct vcpu *vcpu)
{
	if (unlikely(vcpu->written))
		state_load_written(vcpu);
	vcpu->stale = true;
	vcpu->shadow = vcpu_field(vcpu, L2_INTERRUPTIBILITY) & INTERRUPTIBILITY_SHADOW;
}

/*
 * SVM does not distinguish the two shadows. With interrupts off it cannot be that of STI, which
 * the next entry would refuse.
 */
static inline u64 state_shadow_kind(const struct vcpu *vcpu)
{
	if (!vcpu->shadow)
		return 0;
	return vcpu->run.vmcb->rflags & X86_EFLAGS_IF ? INTERRUPTIBILITY_STI :
							INTERRUPTIBILITY_MOV_SS;
}

/**
 * state_save() - copy state back after an exit: that of the state buffer, except RIP and RFLAGS
 * @vcpu: the VCPU that leaves L2
 */
static inline void state_save(struct vcpu *vcpu)
{
	const struct vmcb *vmcb = vcpu->run.vmcb;
	u64 state = vcpu_field(vcpu, L2_INTERRUPTIBILITY);

	if (vcpu->shadow || (state & ~(u64)INTERRUPTIBILITY_NMI))
		vcpu_set_field(vcpu, L2_INTERRUPTIBILITY,
			       (state & INTERRUPTIBILITY_NMI) | state_shadow_kind(vcpu));
	vcpu->run.gpr[GPR_RAX] = vmcb->rax;
	vcpu->run.gpr[GPR_RSP] = vmcb->rsp;
}

#endif /* _HYPERVISOR_TDX_L2_STATE_H */
