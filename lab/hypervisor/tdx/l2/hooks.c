// SPDX-License-Identifier: GPL-2.0-only
/*
 * The test hooks. Owns: when a hook takes effect, and for how long. Must not know: how calls and
 * exits are handled otherwise.
 */
#include <linux/errno.h>
#include <linux/types.h>

#include "tdx/l2/l2.h"
#include "tdx/tdx.h"

/**
 * hook_set() - set a hook, in place of the CPU's last one of the same kind
 * @hooks: the hooks of the CPU
 * @hook:  the new one
 *
 * Context: on that CPU, outside of any call.
 * Return: 0, or -EINVAL: no such kind.
 */
int hook_set(struct lab_hooks *hooks, const struct lab_tdx_hook *hook)
{
	switch (hook->kind) {
	case LAB_TDX_HOOK_EXIT:
		hooks->exit = *hook;
		return 0;
	case LAB_TDX_HOOK_STATUS:
		hooks->status = *hook;
		return 0;
	case LAB_TDX_HOOK_STALE:
		hooks->stale = *hook;
		return 0;
	default:
		return -EINVAL;
	}
}

/**
 * hook_takes_call() - fail a call if a hook requests it
 * @cpu:  the calling CPU
 * @regs: in, and RAX out in that case
 *
 * Return: whether the call has failed.
 */
bool hook_takes_call(struct l2_cpu *cpu, struct tdcall_regs *regs)
{
	struct lab_tdx_hook *hook = &cpu->hooks.status;
	u16 leaf = regs->rax;

	if (!hook->count || (hook->leaf != LAB_TDX_ANY_LEAF && hook->leaf != leaf))
		return false;
	if (hook->after) {
		hook->after--;
		return false;
	}
	hook->count--;
	cpu->stats.hooked++;
	regs->rax = hook->status;
	return true;
}

static void make_host_routed(struct vcpu *vcpu, struct lab_tdx_hook *hook, struct l2_exit *exit)
{
	hook->count--;
	exit->status = hook->status;
	exit->reason = hook->reason;
	exit->qualification = hook->qualification;
	exit->extended = 0;
	vcpu_set_field(vcpu, L2_IDT_EVENT, hook->event);
	vcpu_set_field(vcpu, L2_IDT_EVENT_ERROR, 0);
	vcpu->stats->host_routed++;
}

/**
 * hook_at_exit() - change what is reported to L1 about an exit
 * @vcpu: the VCPU
 * @exit: in and out
 *
 * A replaced exit happens again when L2 continues, since its instruction has not completed. That
 * is not true of a trap, which is not replaced; neither is an exit that has an event to report.
 */
void hook_at_exit(struct vcpu *vcpu, struct l2_exit *exit)
{
	struct lab_tdx_hook *stale = &vcpu->hooks->stale;

	if (stale->count) {
		stale->count--;
		vcpu_set_field(vcpu, L2_EXIT_GLA, stale->qualification);
		if (exit->reason != VMX_EPT_VIOLATION)
			vcpu_set_field(vcpu, L2_EXIT_GPA, stale->qualification);
	}

	if (vcpu->hooks->exit.count && !exit->trap &&
	    !(vcpu_field(vcpu, L2_IDT_EVENT) & EVENT_VALID))
		make_host_routed(vcpu, &vcpu->hooks->exit, exit);
}
