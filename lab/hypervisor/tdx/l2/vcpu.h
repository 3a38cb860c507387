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
#include "vcpu/world.h"

struct tdcall_regs;

/**
 * struct l2_event - an event to be delivered through L2's IDT
 * @info:   EVENT_*
 * @error:  error code
 * @length: how far RIP is advanced before, for software events
 */
struct l2_event {
	u32 info;
	u32 error;
	u32 length;
};

/**
 * struct l2_exit - an exit, as it will be reported to L1
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
 * @fields:     the fields of VP.RD and VP.WR
 * @written:    L1 has written to @fields what the control block does not have yet
 * @stale:      the control block is newer than @fields, since L2 has run; never together with
 *              @written
 * @vapic:      the virtual APIC, valid while L2 runs
 * @run:        the operands of the world switch
 * @inject:     the event for the next VMRUN
 * @injected:   the event of the last VMRUN
 * @offered:    a virtual interrupt is requested in the current VMRUN
 * @shadow:     an interrupt shadow of L2 before the next VMRUN
 * @entered:    VMRUN has succeeded since VP.ENTER
 * @exit:       the last exit, as it was reported to L1
 * @msrpm:      SVM's permission map
 * @hooks:      the CPU's hooks
 * @stats:      the CPU's counters
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
 * struct l2_cpu - the state of one CPU of L1 for L2
 * @vcpus: by VM; that of VM 1 is the first
 * @hooks: what tests want to happen
 * @stats: counters of all VMs together
 */
struct l2_cpu {
	struct vcpu vcpus[TDX_L2_VMS_MAX];
	struct lab_hooks hooks;
	struct lab_tdx_stats stats;
};

/**
 * l2_cpu_here() - the state of this CPU for L2
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

/* Only the CPU itself counts. A reader may see counters of different moments. */

/**
 * stats_count_exit() - count an exit to L1
 * @stats:  of the VCPU
 * @status: as reported to L1
 * @reason: as reported to L1
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

/* hooks.c: effects for tests that otherwise only a host, or chance, could cause. */

int hook_set(struct lab_hooks *hooks, const struct lab_tdx_hook *hook);
bool hook_takes_call(struct l2_cpu *cpu, struct tdcall_regs *regs);
void hook_at_exit(struct vcpu *vcpu, struct l2_exit *exit);

/* The same for hook_takes_call(). */
static inline bool hooks_want_calls(const struct lab_hooks *hooks)
{
	return hooks->status.count;
}

/* Whether hook_at_exit() must be called. Without a hook, an exit costs only this test. */
static inline bool hooks_want_exits(const struct lab_hooks *hooks)
{
	return hooks->exit.count | hooks->stale.count;
}

#endif /* _HYPERVISOR_TDX_L2_VCPU_H */
