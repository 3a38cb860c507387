/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The TSC deadline of L2. A VCPU without a deadline, which is the usual case, costs one test.
 */
#ifndef _HYPERVISOR_TDX_L2_DEADLINE_H
#define _HYPERVISOR_TDX_L2_DEADLINE_H

#include <linux/types.h>

#include "base/cpu.h"
#include "tdx/l2/vcpu.h"

u64 deadline_clock(void);
void deadline_start(struct vcpu *vcpu);
void deadline_stop(struct vcpu *vcpu);
void deadline_interrupt(void);

static inline bool deadline_is_set(const struct vcpu *vcpu)
{
	return vcpu->fields.tsc_deadline != TSC_DEADLINE_OFF;
}

/**
 * deadline_is_due() - has the deadline passed
 * @vcpu: the VCPU
 *
 * Return: whether it has; it remains due until L1 writes another deadline.
 */
static inline bool deadline_is_due(const struct vcpu *vcpu)
{
	return deadline_is_set(vcpu) && vcpu->fields.tsc_deadline <= deadline_clock();
}

/**
 * deadline_arm() - make sure that L2 does not run past the deadline
 * @vcpu: the VCPU
 *
 * Context: on its CPU, interrupts off.
 */
static inline void deadline_arm(struct vcpu *vcpu)
{
	if (deadline_is_set(vcpu))
		deadline_start(vcpu);
}

/**
 * deadline_disarm() - undo deadline_arm()
 * @vcpu: the VCPU
 *
 * Context: as for deadline_arm(). The timer cannot be running.
 */
static inline void deadline_disarm(struct vcpu *vcpu)
{
	if (deadline_is_set(vcpu))
		deadline_stop(vcpu);
}

#endif /* _HYPERVISOR_TDX_L2_DEADLINE_H */
