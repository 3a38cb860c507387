/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What tests make happen that otherwise only a host, or bad luck, would.
 */
#ifndef _HYPERVISOR_TDX_L2_HOOKS_H
#define _HYPERVISOR_TDX_L2_HOOKS_H

#include "l1/lab_tdx.h"

struct l2_cpu;
struct l2_exit;
struct tdcall_regs;
struct vcpu;

/**
 * struct lab_hooks - the hooks of one CPU; a count of 0 is none
 * @exit:   LAB_TDX_HOOK_EXIT
 * @status: LAB_TDX_HOOK_STATUS
 * @stale:  LAB_TDX_HOOK_STALE
 */
struct lab_hooks {
	struct lab_tdx_hook exit;
	struct lab_tdx_hook status;
	struct lab_tdx_hook stale;
};

int hook_set(struct lab_hooks *hooks, const struct lab_tdx_hook *hook);
bool hook_takes_call(struct l2_cpu *cpu, struct tdcall_regs *regs);
void hook_at_exit(struct vcpu *vcpu, struct l2_exit *exit);

/* And hook_takes_call(). */
static inline bool hooks_want_calls(const struct lab_hooks *hooks)
{
	return hooks->status.count;
}

/* Shall hook_at_exit() be asked: without a hook, an exit costs this test alone. */
static inline bool hooks_want_exits(const struct lab_hooks *hooks)
{
	return hooks->exit.count | hooks->stale.count;
}

#endif /* _HYPERVISOR_TDX_L2_HOOKS_H */
