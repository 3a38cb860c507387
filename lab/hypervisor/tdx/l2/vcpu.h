/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One L2 VCPU: the CPU of the same number has it to itself.
 */
#ifndef _HYPERVISOR_TDX_L2_VCPU_H
#define _HYPERVISOR_TDX_L2_VCPU_H

#include "tdx/abi.h"
#include "tdx/l2/fields.h"
#include "tdx/l2/hooks.h"
#include "tdx/l2/stats.h"
#include "tdx/l2/vapic.h"
#include "tdx/l2/vmrun.h"

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
	bool trap;
};

/**
 * struct vcpu - an L2 VCPU
 * @fields:     what VP.RD and VP.WR reach, of VM 1, which is the one that runs
 * @others:     the same of VM 2 and 3, which never run
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
 * @buffer:     the frame of the state buffer that was last found to be memory
 * @msrpm:      SVM's permission map
 * @hooks:      what a test wants to happen
 * @stats:      counts
 */
struct vcpu {
	struct l2_fields fields;
	struct l2_fields others[TDX_L2_VMS_MAX - 1];
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
	u64 buffer;
	u8 *msrpm;
	struct lab_hooks hooks;
	struct lab_tdx_stats stats;
};

/**
 * vcpu_here() - the L2 VCPU of this CPU
 *
 * Return: it.
 */
struct vcpu *vcpu_here(void);

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

#endif /* _HYPERVISOR_TDX_L2_VCPU_H */
