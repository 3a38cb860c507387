/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The TSC deadline of L2. Most VCPUs have none most of the time, and pay one test.
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
 * deadline_is_due() - has the time come
 * @vcpu: whose
 *
 * Return: whether it has; it stays so until L1 writes another deadline.
 */
static inline bool deadline_is_due(const struct vcpu *vcpu)
{
	return deadline_is_set(vcpu) && vcpu->fields.tsc_deadline <= deadline_clock();
}

/**
 * deadline_arm() - see to it that L2 does not run past the deadline
 * @vcpu: whose
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
 * @vcpu: whose
 *
 * Context: as for deadline_arm(). The timer cannot be running.
 */
static inline void deadline_disarm(struct vcpu *vcpu)
{
	if (deadline_is_set(vcpu))
		deadline_stop(vcpu);
}

#endif /* _HYPERVISOR_TDX_L2_DEADLINE_H */
