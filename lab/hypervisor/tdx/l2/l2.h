/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The L2 VCPUs of one CPU of L1, and the interfaces between the files that run them. No other CPU
 * uses them.
 */
#ifndef _HYPERVISOR_TDX_L2_L2_H
#define _HYPERVISOR_TDX_L2_L2_H

#include <linux/types.h>

#include <asm/processor-flags.h>

#include "base/cpu.h"
#include "l1/lab_tdx.h"
#include "tdx/abi.h"
#include "tdx/l2/logic.h"
#include "vcpu/vmcb.h"
#include "vcpu/world.h"

struct tdcall_regs;

/* ---- The VCPUs ---- */

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

/* ---- hooks.c: effects for tests that otherwise only a host, or chance, could cause ---- */

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

/* ---- enter.c, memory.c, metadata.c: the leaves, as tdcall.c calls them ---- */

void tdx_vp_enter(struct l2_cpu *cpu, struct tdcall_regs *regs);

void memory_attr_rd(struct tdcall_regs *regs);
void memory_attr_wr(struct tdcall_regs *regs);

/* How many L2 VMs the partition has. On TDX, the host chooses it when it creates a TD. */
unsigned int metadata_l2_vms(void);
void metadata_set_l2_vms(unsigned int vms);
void metadata_vp_rd(struct tdcall_regs *regs);
void metadata_vp_wr(struct tdcall_regs *regs);
void metadata_vm_rd(struct tdcall_regs *regs);
void metadata_vm_wr(struct tdcall_regs *regs);
void metadata_sys_rd(struct tdcall_regs *regs);
void metadata_reset_vm(void);

/* ---- ../l2.c: entering L2, and what a run of L2 uses of L1: its memory and its APIC ---- */

/**
 * svm_run() - run L2 until it exits
 * @run: operands.
 *
 * L2 starts with L1's KERNEL_GS_BASE, STAR, LSTAR, CSTAR and SFMASK, and L1 gets L2's, as with a
 * TDX module.
 *
 * Context: interrupts off and GIF 0, before and after.
 */
void svm_run(struct svm_run *run);

/* ---- Memory, by its physical address ---- */

void *ram_mapped(u64 gpa);
/* Returns memory that L1 has accepted; NULL: it is not such memory, or the page at address 0. */
void *ram_at(u64 gpa);
/* The same, but it includes the page at address 0. */
bool ram_is_memory(u64 gpa);
/* Returns whether it is memory that L1 has not accepted yet. */
bool ram_is_pending(u64 gpa);
/* Returns whether it is a device that L1 may give to L2. */
bool ram_is_device(u64 gpa);

/* Returns whether L1 maps it by a page of 2 MiB; and maps it by 4 KiB: 0 or -ENOMEM. */
bool ram_is_large(u64 gpa);
int ram_split(u64 gpa);

static inline bool gpa_is_private(u64 gpa)
{
	return gpa < TDX_PRIVATE_GPAS;
}

/* The CPU's APIC, which serves as L1's virtual APIC. */

/**
 * apic_has_deliverable() - whether an interrupt of L1 outranks L1's priority
 *
 * It does not matter whether L1 has its interrupts on.
 *
 * Context: on this CPU; with GIF 0 the answer does not change.
 * Return: whether one does.
 */
bool apic_has_deliverable(void);

bool apic_host_takes(void);

/**
 * apic_timer_repeat() - make NMIs end L2 periodically
 *
 * Context: as for apic_has_deliverable(), until apic_timer_restore().
 */
void apic_timer_repeat(void);
void apic_timer_restore(void);

/**
 * apic_tell_again() - make the APIC signal its requests to the CPU
 *
 * The task priority is written, without a change of its value.
 *
 * Context: in L1.
 */
static inline void apic_tell_again(void)
{
	cpu_write_cr8(cpu_read_cr8());
}

/* ---- npt.c: the guest-physical spaces of L2, one for each VM: SVM's nested page tables ---- */

/* Attributes of a page, as MEM.PAGE.ATTR names them. */
#define PAGE_ATTR_R      0x0001
#define PAGE_ATTR_W      0x0002
#define PAGE_ATTR_X      0x0004
#define PAGE_ATTR_X_USER 0x0008
#define PAGE_ATTR_VALID  0x8000
#define PAGE_ATTR_ALL    0x007f

/* The level of a page of 2 MiB, as MEM.PAGE.ATTR names it. */
#define NPT_LEVEL_2M     1

int npt_create(void);
u64 npt_root(unsigned int vm);
u16 npt_get(unsigned int vm, u64 gpa);
const void *npt_memory(unsigned int vm, u64 gpa);
int npt_set(unsigned int vm, u64 gpa, int level, u16 attributes);
void npt_drop(u64 base, u64 size);
void npt_refresh(u64 base, u64 size);
void npt_clear(void);

/* ---- state.c: L2's state: its fields, and SVM's control block ---- */

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

/*
 * ---- ../l2.c: the TSC deadline of L2 ----
 *
 * A VCPU without a deadline, which is the usual case, costs one test.
 */

u64 deadline_clock(void);
void deadline_start(struct vcpu *vcpu);
void deadline_stop(struct vcpu *vcpu);
void deadline_interrupt(void);

static inline bool deadline_is_set(const struct vcpu *vcpu)
{
	return vcpu->fields.tsc_deadline != TSC_DEADLINE_OFF;
}

/**
 * deadline_is_due() - whether the deadline has passed
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

/* ---- event.c: delivery of events through L2's IDT ---- */

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

/* ---- insn.c: L2's instructions, read from its memory ---- */

#define INSN_MAX 15

/**
 * struct insn - an instruction, as far as it was read
 * @bytes:    from its first prefix on
 * @count:    how many could be read
 * @prefixes: how many of them are prefixes
 * @operand:  0x66 is among these
 * @rex:      the last REX prefix, or 0
 */
struct insn {
	u8 bytes[INSN_MAX];
	u32 count;
	u32 prefixes;
	bool operand;
	u8 rex;
};

bool insn_fetch(const struct vcpu *vcpu, struct insn *insn);
bool insn_is(const struct insn *insn, const u8 *opcode, u32 length);
u32 insn_length(const struct vcpu *vcpu, u32 opcode_length);

/* ---- exits.c: the handlers of exits ---- */

bool exits_handle(struct vcpu *vcpu, struct l2_exit *exit);

/* control.c: control and debug registers. */

bool control_exit(struct vcpu *vcpu, struct l2_exit *exit);
void control_debug_exit(struct vcpu *vcpu, struct l2_exit *exit);

/* msr.c: RDMSR and WRMSR. */

void msr_load_permissions(struct vcpu *vcpu);
bool msr_exit(struct vcpu *vcpu, struct l2_exit *exit);
bool msr_tpr_write(struct vcpu *vcpu, struct l2_exit *exit, u8 tpr);

#endif /* _HYPERVISOR_TDX_L2_L2_H */
