/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The parts of the TDX platform among themselves: the TDX module's numbers, and
 * what each file does for the others.
 *
 * The numbers are those of the Intel TDX module specifications: the base ABI, and
 * TD partitioning for the L2 VMs.
 */
#ifndef _MSHV_VTL_TDX_H
#define _MSHV_VTL_TDX_H

#include <linux/bits.h>
#include <linux/cpumask.h>
#include <linux/ktime.h>
#include <linux/types.h>
#include <linux/mshv_vtl.h>

#include "tdcall.h"

#define TDG_VP_VMCALL		0
#define TDG_MEM_PAGE_ACCEPT	6
#define TDG_VM_RD		7
#define TDG_VM_WR		8
#define TDG_VP_RD		9
#define TDG_VP_WR		10
#define TDG_SYS_RD		11
#define TDG_MEM_PAGE_ATTR_RD	23
#define TDG_MEM_PAGE_ATTR_WR	24
#define TDG_VP_ENTER		25
#define TDG_VP_INVGLA		27
#define TDG_MEM_PAGE_RELEASE	30

/* Status: the upper half of RAX. */
#define TDX_STATUS(rax)			((u32)((rax) >> 32))
#define TDX_SUCCESS			0x00000000U
#define TDX_L2_EXIT_HOST_ROUTED_ASYNC	0x00001100U
#define TDX_L2_EXIT_HOST_ROUTED_TDVMCALL 0x00001101U
#define TDX_L2_EXIT_PENDING_INTERRUPT	0x00001102U
#define TDX_PENDING_INTERRUPT		0x00001120U
#define TDX_OPERAND_BUSY		0x80000200U
#define TDX_OPERAND_INVALID		0xc0000100U
#define TDX_ERROR			0x80000000U

/* OPERAND_INVALID's detail: the virtual APIC page was never set. */
#define TDX_OPERAND_VIRTUAL_APIC	0xaaU

/* Exit reasons as in the Intel SDM: the lower half of RAX. */
#define TDX_EXIT_HLT			12
#define TDX_EXIT_RDMSR			31
#define TDX_EXIT_WRMSR			32
#define TDX_EXIT_DEADLINE		52

/* Valid bit of interruption information. */
#define TDX_EVENT_VALID			BIT(31)

/* L2 VMs have the numbers 1 to 3; VTL0 is VM 1. */
#define TDX_VMS				3
#define TDX_VM_VTL0			1
/* TDG.VP.ENTER is asked to invalidate translations, too. */
#define TDX_ENTRY_INVALIDATE		3ULL
#define TDX_ENTRY_VM(entry_rcx)		((unsigned int)((entry_rcx) >> 52 & 3))

/* Fields of VM 1; those of the next VM have a class that is 8 higher. */
#define TDX_FIELD_OF_VM(field, vm)	((field) + ((u64)((vm) - 1) << 59))
#define TDX_FIELD_VIRTUAL_APIC		0x2420000300002012ULL
#define TDX_FIELD_INTERRUPTIBILITY	0x2420000200004824ULL
/* Of VM 0; those of the others follow. */
#define TDX_FIELD_TSC_DEADLINE		0xa020000300000058ULL
#define TDX_DEADLINE_OFF		(~0ULL)
/* Fields of the TD. */
#define TDX_FIELD_NUM_L2_VMS		0x9010000100000005ULL

/* Virtual APIC page (Intel SDM, APIC register layout). */
#define VAPIC_IRR			0x200
#define VAPIC_STRIDE			0x10

#define TDX_SESSION_MSRS		5
#define TDX_CET_MSRS			5
#define TDX_ENTRY_MSRS			3

/**
 * struct tdx_state - registers that the TDX module does not switch; see state.c
 * @extended:     VTL0's extended state, in the CPU's standard format
 * @session_vtl2: in a session: VTL2's MSRs, which are restored at its end
 * @cet_vtl2:     likewise; VTL0's are in the run page, and in @cet_vtl0
 * @cet_vtl0:     VTL0's, between sessions
 * @entry_vtl2:   while VTL0 runs: VTL2's MSRs
 * @entry_vtl0:   while it does not: VTL0's
 * @xfd_vtl2:     likewise, and so on
 * @xfd_vtl0:     VTL0's
 * @pkru_vtl2:    VTL2's
 * @pkru_vtl0:    VTL0's
 * @dr7_vtl2:     while VTL0 runs: VTL2's
 * @dr_vtl2:      VTL2's DR0 to DR3, if its DR7 has a breakpoint on
 * @dr:           VTL0's
 * @dr6:          VTL0's
 * @xcr0:         VTL0's; VTL0 cannot change it without an exit
 * @xcr0_differs: VTL2 has another one, so that both are loaded at each entry and exit
 * @cr2:          in a session: VTL0's
 *
 * Used on the VP's CPU alone, by who runs the VP.
 */
struct tdx_state {
	void *extended;
	u64 session_vtl2[TDX_SESSION_MSRS];
	u64 cet_vtl2[TDX_CET_MSRS];
	u64 cet_vtl0[TDX_CET_MSRS];
	u64 entry_vtl2[TDX_ENTRY_MSRS];
	u64 entry_vtl0[TDX_ENTRY_MSRS];
	u64 xfd_vtl2;
	u64 xfd_vtl0;
	u32 pkru_vtl2;
	u32 pkru_vtl0;
	u64 dr7_vtl2;
	u64 dr_vtl2[4];
	u64 dr[4];
	u64 dr6;
	u64 xcr0;
	bool xcr0_differs;
	u64 cr2;
};

/**
 * struct tdx_vp - what is kept for a VP
 * @vapic:      virtual APIC page, shared with the VMM; stays until module exit
 * @targets:    scratch memory for the VPs that an IPI of this one is for
 * @state:      registers that are switched here
 * @deadline:   when VTL0 exits for its timer: a TSC value, or TDX_DEADLINE_OFF
 * @programmed: the deadline that the TDX module has for a VM, by VM number - 1
 * @entry_rcx:  in a session: RCX of TDG.VP.ENTER, read once, since the VMM may write to it
 * @gpr:        in a session: physical address of VTL0's general registers
 * @regs:       in a session: of the last TDG.VP.ENTER
 * @busy:       in a session: how many entries the TDX module was too busy for
 * @configured: the TDX module knows @vapic and that no timer is on
 *
 * All but @vapic is used on the VP's CPU alone, by who runs the VP.
 */
struct tdx_vp {
	void *vapic;
	cpumask_var_t targets;
	struct tdx_state state;
	u64 deadline;
	u64 programmed[TDX_VMS];
	u64 entry_rcx;
	u64 gpr;
	struct tdcall_regs regs;
	unsigned int busy;
	bool configured;
};

DECLARE_PER_CPU(struct tdx_vp, vtl_tdx_vps);

static inline struct mshv_tdx_context *tdx_context(const struct mshv_vtl_run *run)
{
	return (struct mshv_tdx_context *)run->context;
}

/**
 * vtl_tdcall_retry() - the same, again while the TDX module is busy, within a bound
 * @regs: the registers, in and out
 *
 * Context: preemption off. Not for TDG.VP.ENTER.
 * Return: the status, upper half of RAX; TDX_OPERAND_BUSY if it stayed busy.
 */
u32 vtl_tdcall_retry(struct tdcall_regs *regs);

/**
 * vtl_tdcall_field_write() - TDG.VP.WR of this CPU's VP
 * @field: field identifier
 * @value: new value
 * @mask:  bits to write
 *
 * Context: preemption off.
 * Return: RAX; 0 for success.
 */
u64 vtl_tdcall_field_write(u64 field, u64 value, u64 mask);

/**
 * vtl_tdcall_vms() - how many L2 VMs this TDX guest may have
 *
 * Context: any.
 * Return: 0 to 3.
 */
unsigned int vtl_tdcall_vms(void);

/**
 * vtl_tdcall_cache_flush() - ask the host to write back all caches, as WBINVD would
 * @invalidate: false: WBNOINVD
 *
 * A TDX guest has no such instruction (GHCI, TDG.VP.VMCALL<Instruction.WBINVD>).
 *
 * Context: preemption off.
 */
void vtl_tdcall_cache_flush(bool invalidate);

/**
 * vtl_tdx_filter_call() - call the TDX module for the VMM, if the VMM may
 * @args: its registers, in and out; untrusted
 *
 * What the VMM is trusted with is in docs/trust.md.
 *
 * Context: may sleep; the call is made on the CPU of the caller.
 * Return: 0, and the status is in @args; -EPERM if the VMM may not make this
 * call; -EINVAL if this is no TDX guest.
 */
int vtl_tdx_filter_call(struct mshv_tdcall *args);

/**
 * vtl_tdx_filter_init() - prepare what vtl_tdx_filter_call() needs
 *
 * Context: module init.
 */
void vtl_tdx_filter_init(void);

/**
 * vtl_tdx_filter_exit() - forget the VMM's pages that the filter has pinned
 *
 * Context: module exit; may sleep.
 */
void vtl_tdx_filter_exit(void);

/**
 * vtl_tdx_vp_prepare() - see vtl_platform_ops.vp_prepare
 * @cpu: the VP
 */
int vtl_tdx_vp_prepare(unsigned int cpu);

/**
 * vtl_tdx_registers_get() - MSHV_GET_VP_REGISTERS
 * @user_args: the ioctl's argument; untrusted
 *
 * Context: may sleep; it is about the VP of the calling CPU.
 * Return: 0 or a negative errno, as the ioctl says.
 */
long vtl_tdx_registers_get(struct mshv_register_list __user *user_args);

/**
 * vtl_tdx_registers_set() - MSHV_SET_VP_REGISTERS
 * @user_args: the ioctl's argument; untrusted
 *
 * Context: may sleep; it is about the VP of the calling CPU.
 * Return: 0 or a negative errno, as the ioctl says.
 */
long vtl_tdx_registers_set(struct mshv_register_list __user *user_args);

/**
 * vtl_tdx_cr4_fixed1_get() - MSHV_READ_VMX_CR4_FIXED1
 * @user_value: the ioctl's argument
 *
 * Context: may sleep.
 * Return: 0 or a negative errno, as the ioctl says.
 */
long vtl_tdx_cr4_fixed1_get(u64 __user *user_value);

/**
 * vtl_tdx_state_init() - learn what state the CPU has
 *
 * Context: module init; may sleep.
 */
void vtl_tdx_state_init(void);

/**
 * vtl_tdx_state_alloc() - memory for VTL0's extended state
 *
 * Context: may sleep.
 * Return: the memory, for kfree(), or NULL.
 */
void *vtl_tdx_state_alloc(void);

/**
 * vtl_tdx_state_reset() - VTL0's registers as they are in a fresh CPU
 * @state: of a VP that nobody runs
 * @here:  the VP is this CPU's, and VTL0 may have run: so reset the registers, too
 *
 * Context: preemption off, if @here.
 */
void vtl_tdx_state_reset(struct tdx_state *state, bool here);

/**
 * vtl_tdx_state_session_begin() - load the registers that the kernel does not need
 * @state:   of the VP
 * @context: VTL0's; untrusted
 *
 * Context: interrupts off; preemption is off until vtl_tdx_state_session_end().
 * Return: 0, or -EINVAL if the CPU refuses a value; then nothing has changed.
 */
int vtl_tdx_state_session_begin(struct tdx_state *state,
				struct mshv_tdx_context *context);

/**
 * vtl_tdx_state_session_end() - undo it, and keep what VTL0 left
 * @state:   of the VP
 * @context: VTL0's
 *
 * Context: preemption off.
 */
void vtl_tdx_state_session_end(struct tdx_state *state,
			       struct mshv_tdx_context *context);

/**
 * vtl_tdx_state_enter() - load the rest of VTL0's state, right before an entry
 * @state: of the VP, in a session
 *
 * Context: interrupts off. Nothing but the entry may follow.
 */
void vtl_tdx_state_enter(struct tdx_state *state);

/**
 * vtl_tdx_state_leave() - undo it, right after an exit
 * @state: of the VP, in a session
 *
 * Context: interrupts off, with nothing in between that uses the registers.
 */
void vtl_tdx_state_leave(struct tdx_state *state);

/**
 * vtl_tdx_state_xcr0_set() - set VTL0's XCR0
 * @state: of this CPU's VP
 * @value: untrusted
 *
 * Context: preemption off, not in a session.
 * Return: 0, or -EINVAL if the CPU refuses the value.
 */
int vtl_tdx_state_xcr0_set(struct tdx_state *state, u64 value);

/**
 * vtl_tdx_vapic_resync() - find RVI again, since the VMM may have changed the page
 * @run: the run page of this VP
 *
 * Context: as vtl_platform_ops.resync.
 */
void vtl_tdx_vapic_resync(struct mshv_vtl_run *run);

/**
 * vtl_tdx_vapic_inject() - request vectors of VTL0
 * @run:   the run page of this VP
 * @bits:  the vectors, by bank; on return, in the banks that the result names, those
 *         that were requested already
 * @banks: bit n: bank n has some; not 0
 *
 * Context: as vtl_platform_ops.inject.
 * Return: bit n: some vector of bank n was requested already.
 */
unsigned int vtl_tdx_vapic_inject(struct mshv_vtl_run *run, u32 *bits, unsigned int banks);

/**
 * vtl_tdx_vapic_is_pending() - does VTL0's virtual APIC hold a request?
 * @run: the run page of this VP
 *
 * Context: as vtl_platform_ops.is_pending.
 */
bool vtl_tdx_vapic_is_pending(const struct mshv_vtl_run *run);

/**
 * vtl_tdx_deadline_off() - tell the TDX module that no VM's timer is on
 * @vp: of this CPU
 *
 * Context: preemption off.
 * Return: RAX of the call that failed; 0 for success.
 */
u64 vtl_tdx_deadline_off(struct tdx_vp *vp);

/**
 * vtl_tdx_run_begin() - see vtl_platform_ops.run_begin
 * @run: the run page of the VP
 * @cpu: the VP
 */
void vtl_tdx_run_begin(struct mshv_vtl_run *run, unsigned int cpu);

/**
 * vtl_tdx_deadline_program() - tell the TDX module the VP's deadline, if it is new
 * @vp: of this CPU
 * @vm: the VM that is going to be entered; untrusted, 0 to 3
 *
 * Context: preemption off, before a session.
 * Return: RAX of the call that failed; 0 for success.
 */
u64 vtl_tdx_deadline_program(struct tdx_vp *vp, unsigned int vm);

/**
 * vtl_tdx_deadline_expire() - take the deadline away if it has passed
 * @vp: of the caller, who runs it
 *
 * Context: any.
 * Return: false if it is still to come.
 */
bool vtl_tdx_deadline_expire(struct tdx_vp *vp);

/**
 * vtl_tdx_halt_end() - see vtl_platform_ops.halt_end
 * @cpu: the VP
 */
ktime_t vtl_tdx_halt_end(unsigned int cpu);

/**
 * vtl_tdx_halt_expire() - see vtl_platform_ops.halt_expire
 * @run: the run page of the VP
 * @cpu: the VP
 */
bool vtl_tdx_halt_expire(struct mshv_vtl_run *run, unsigned int cpu);

/**
 * vtl_tdx_session_begin() - see vtl_platform_ops.session_begin
 * @run: the run page of this VP
 */
int vtl_tdx_session_begin(struct mshv_vtl_run *run);

/**
 * vtl_tdx_session_end() - see vtl_platform_ops.session_end
 * @run: the run page of this VP
 */
void vtl_tdx_session_end(struct mshv_vtl_run *run);

/**
 * vtl_tdx_enter() - see vtl_platform_ops.enter
 * @run: the run page of this VP
 */
void vtl_tdx_enter(struct mshv_vtl_run *run);

/**
 * vtl_tdx_exit_handle() - see vtl_platform_ops.exit_handle
 * @run: the run page of this VP
 */
int vtl_tdx_exit_handle(struct mshv_vtl_run *run);

/**
 * vtl_tdx_exit_reason() - see vtl_platform_ops.exit_reason
 */
u64 vtl_tdx_exit_reason(void);

/**
 * vtl_tdx_ipi_send() - send what VTL0 wrote to its x2APIC ICR, if it is a plain IPI
 * @icr:     the value; untrusted
 * @targets: scratch memory
 *
 * Context: on the sender's CPU, preemption off.
 * Return: false if it is not fixed and edge-triggered; then nothing was sent.
 */
bool vtl_tdx_ipi_send(u64 icr, struct cpumask *targets);

#endif /* _MSHV_VTL_TDX_H */
