/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The L2 VCPUs of one CPU of L1: one for each L2 VM. No other CPU uses them.
 */
#ifndef _HYPERVISOR_TDX_L2_VCPU_H
#define _HYPERVISOR_TDX_L2_VCPU_H

#include "l1/lab_tdx.h"
#include "tdx/abi.h"
#include "tdx/l2/fields.h"
#include "tdx/l2/vapic.h"
#include "tdx/l2/vmrun.h"

struct tdcall_regs;

/**
 * struct l2_event - something to be delivered through L2's IDT
 * @info:   EVENT_*
 * @error:  error code
 * @length: how far RIP goes on before, for software's events
 */
struct l2_event {
	u32 info;
	u32 error;
	u32 length;
};

/**
 * struct l2_exit - why L2 is left, as L1 will be told
 * @status:        of VP.ENTER
 * @qualification: in VMX form
 * @gpa:           if @reason defines one
 * @reason:        in VMX numbering
 * @length:        of the instruction
 * @event:         what was intercepted: VM-exit interruption information
 * @event_error:   its error code
 * @extended:      extended exit qualification
 * @trap:          RIP is past the instruction
 */
struct l2_exit {
	u64 status;
	u64 qualification;
	u64 gpa;
	u32 reason;
	u32 length;
	u32 event;
	u32 event_error;
	u64 extended;
	bool trap;
};

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

/**
 * struct vcpu - the VCPU of one L2 VM on one CPU
 * @vm:         which VM: 1 to TDX_L2_VMS_MAX
 * @fields:     what VP.RD and VP.WR reach
 * @written:    of @fields, L1 has written what the control block does not have yet
 * @stale:      of @fields, what L2 may have changed is newer in the control block;
 *              never together with @written
 * @vapic:      the virtual APIC, valid while L2 is in
 * @run:        the world switch's
 * @inject:     goes in at the next VMRUN
 * @injected:   went in at the last one
 * @offered:    a virtual interrupt is, in the VMRUN that runs
 * @shadow:     an interrupt shadow of L2 before the next VMRUN
 * @entered:    VMRUN has succeeded since VP.ENTER
 * @exit:       why L2 was last left, as L1 was told
 * @msrpm:      SVM's permission map
 * @hooks:      of the CPU: what a test wants to happen
 * @stats:      of the CPU
 */
struct vcpu {
	unsigned int vm;
	struct l2_fields fields;
	bool written;
	bool stale;
	struct vapic vapic;
	struct svm_run run;
	struct l2_event inject;
	struct l2_event injected;
	bool offered;
	bool shadow;
	bool entered;
	struct l2_exit exit;
	u8 *msrpm;
	struct lab_hooks *hooks;
	struct lab_tdx_stats *stats;
};

/**
 * struct l2_cpu - all that one CPU of L1 has for L2
 * @vcpus: by VM; that of VM 1 is the first
 * @hooks: what a test wants to happen
 * @stats: counts, of all VMs together
 */
struct l2_cpu {
	struct vcpu vcpus[TDX_L2_VMS_MAX];
	struct lab_hooks hooks;
	struct lab_tdx_stats stats;
};

/**
 * l2_cpu_here() - what this CPU has for L2
 *
 * Return: a pointer to it.
 */
struct l2_cpu *l2_cpu_here(void);

/**
 * vcpu_here() - the VCPU of an L2 VM on this CPU
 * @vm: 1 to TDX_L2_VMS_MAX
 *
 * Return: a pointer to it.
 */
static inline struct vcpu *vcpu_here(unsigned int vm)
{
	return &l2_cpu_here()->vcpus[vm - 1];
}

static inline u64 vcpu_field(const struct vcpu *vcpu, enum l2_field field)
{
	return vcpu->fields.vmcs[field];
}

static inline void vcpu_set_field(struct vcpu *vcpu, enum l2_field field, u64 value)
{
	vcpu->fields.vmcs[field] = value;
}

static inline bool vcpu_has_vid(const struct vcpu *vcpu)
{
	return vcpu_field(vcpu, L2_SECONDARY) & SECONDARY_VID;
}

/* Only the CPU itself counts; who reads sees each figure whole, but not all of one moment. */

/**
 * stats_count_exit() - count an exit to L1
 * @stats:  of the VCPU
 * @status: as L1 is told
 * @reason: likewise
 */
static inline void stats_count_exit(struct lab_tdx_stats *stats, u64 status, u32 reason)
{
	u32 basic = reason & 0xffff;

	if (status == TDX_EXIT_PENDING_INTERRUPT)
		stats->notified++;
	else if (status == TDX_SUCCESS && basic < LAB_TDX_REASONS)
		stats->reasons[basic]++;
}

static inline void stats_count_internal(struct lab_tdx_stats *stats, enum lab_tdx_internal kind)
{
	stats->internal[kind]++;
}

/* hooks.c: what tests make happen that otherwise only a host, or bad luck, would. */

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

#endif /* _HYPERVISOR_TDX_L2_VCPU_H */
