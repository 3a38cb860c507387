/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Shared by the files of the TDX platform: numbers of the TDX module, and the functions
 * of each file.
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
#define TDG_VP_INVEPT		26
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

/* Detail of OPERAND_INVALID: the virtual APIC page is not set. */
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
/* OpenHCL's VMM runs VTL1 in it. */
#define TDX_VM_VTL1			2
/* TDG.VP.ENTER also invalidates translations. */
#define TDX_ENTRY_INVALIDATE		3ULL
#define TDX_ENTRY_VM(entry_rcx)		((unsigned int)((entry_rcx) >> 52 & 3))

/* Fields of VM 1; the class of each further VM is 8 higher. */
#define TDX_FIELD_OF_VM(field, vm)	((field) + ((u64)((vm) - 1) << 59))
#define TDX_FIELD_VIRTUAL_APIC		0x2420000300002012ULL
#define TDX_FIELD_INTERRUPTIBILITY	0x2420000200004824ULL
/* Field of VM 0; the fields of the other VMs follow. */
#define TDX_FIELD_TSC_DEADLINE		0xa020000300000058ULL
#define TDX_DEADLINE_OFF		(~0ULL)
/* Fields of the TD. */
#define TDX_FIELD_NUM_L2_VMS		0x9010000100000005ULL

/* Attributes and masks of TDG.MEM.PAGE.ATTR.WR have 16 bits per VM. */
#define TDX_PAGE_ATTRIBUTES(vm, bits)	((u64)(bits) << (16 * (vm)))
#define TDX_PAGE_VALID			BIT(15)
/* Read, write, and execute in supervisor and user mode. */
#define TDX_PAGE_ACCESS			GENMASK(3, 0)

/* Virtual APIC page (Intel SDM, APIC register layout). */
#define VAPIC_IRR			0x200
#define VAPIC_STRIDE			0x10

#define TDX_SESSION_MSRS		5
#define TDX_CET_MSRS			5
#define TDX_ENTRY_MSRS			3

/**
 * struct tdx_state - registers that the TDX module does not switch; see state.c
 * @extended:     VTL0's extended state, in the standard format of the CPU
 * @session_vtl2: in a session: VTL2's session MSRs; VTL0's are in the run page
 * @cet_vtl2:     in a session: VTL2's CET MSRs
 * @cet_vtl0:     between sessions: VTL0's CET MSRs
 * @entry_vtl2:   while VTL0 runs: VTL2's entry MSRs
 * @entry_vtl0:   while VTL0 does not run: its entry MSRs
 * @xfd_vtl2:     while VTL0 runs: VTL2's XFD
 * @xfd_vtl0:     while VTL0 does not run: its XFD
 * @pkru_vtl2:    while VTL0 runs: VTL2's PKRU
 * @pkru_vtl0:    while VTL0 does not run: its PKRU
 * @dr7_vtl2:     while VTL0 runs: VTL2's DR7
 * @dr_vtl2:      VTL2's DR0 to DR3, if its DR7 enables a breakpoint
 * @dr:           VTL0's DR0 to DR3
 * @dr6:          VTL0's DR6
 * @xcr0:         VTL0's XCR0; VTL0 cannot change it without an exit
 * @xcr0_differs: VTL2's XCR0 differs, so that XCR0 is switched at each entry and exit
 * @cr2:          in a session: VTL0's CR2
 *
 * Only used on the VP's CPU, by the task that runs the VP.
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
 * struct tdx_vp - the state of a VP
 * @vapic:      virtual APIC page, shared with the VMM; kept until module exit
 * @targets:    scratch memory for the targets of an IPI from this VP
 * @state:      registers that the driver switches
 * @deadline:   when VTL0 exits for its timer: a TSC value, or TDX_DEADLINE_OFF
 * @programmed: the deadline in the TDX module, by VM number - 1
 * @entry_rcx:  in a session: RCX of TDG.VP.ENTER, read once, since the VMM may change it
 * @gpr:        in a session: physical address of VTL0's general registers
 * @regs:       in a session: registers of the last TDG.VP.ENTER
 * @busy:       in a session: how many entries failed because the TDX module was busy
 * @configured: the TDX module has @vapic, and no timer is on
 *
 * All members but @vapic are only used on the VP's CPU, by the task that runs the VP.
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
 * vtl_tdcall_retry() - vtl_tdcall(), repeated a limited number of times while busy
 * @regs: the registers, in and out
 *
 * Context: preemption off. Not for TDG.VP.ENTER.
 * Return: the status, upper half of RAX; TDX_OPERAND_BUSY if it is still busy.
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
 * vtl_tdcall_cache_flush() - ask the host to write back all caches, like WBINVD
 * @invalidate: false: WBNOINVD
 *
 * A TDX guest cannot use that instruction (GHCI, TDG.VP.VMCALL<Instruction.WBINVD>).
 *
 * Context: preemption off.
 */
void vtl_tdcall_cache_flush(bool invalidate);

/**
 * vtl_tdcall_user() - make a call with the registers of the VMM's ioctl
 * @args: the registers, in and out; the call is allowed
 *
 * OpenHCL's VMM panics on any status but success, so the call is repeated while the TDX module
 * is busy.
 *
 * Context: process.
 */
void vtl_tdcall_user(struct mshv_tdcall *args);

/**
 * vtl_tdx_filter_call() - make a call to the TDX module for the VMM, if it is allowed
 * @args: registers of the call, in and out; untrusted
 *
 * docs/trust.md says what the VMM is trusted with.
 *
 * Context: may sleep; the call is made on the CPU of the caller.
 * Return: 0, and the status is in @args; -EPERM if the VMM may not make this call; or an error
 * of vtl_tdx_grant_call().
 */
int vtl_tdx_filter_call(struct mshv_tdcall *args);

/**
 * vtl_tdx_filter_has_vapic() - whether VM 2 has a virtual APIC page that is pinned
 *
 * The TDX module keeps the address of that page after the driver was unloaded, when the page is
 * not pinned any more.
 *
 * Context: preemption off; for the VP of this CPU.
 */
bool vtl_tdx_filter_has_vapic(void);

/**
 * vtl_tdx_filter_init() - prepare for vtl_tdx_filter_call()
 *
 * Context: module init.
 */
void vtl_tdx_filter_init(void);

/**
 * vtl_tdx_filter_exit() - unpin the VMM's pages
 *
 * Context: module exit; may sleep.
 */
void vtl_tdx_filter_exit(void);

/**
 * vtl_tdx_grant_call() - make a call that changes who may access a page of the VMM's own
 * @args: registers of TDG.MEM.PAGE.ATTR.WR for one page of 4 KiB, in and out; checked
 * @page: the page, which this function unpins, now or when no L2 VM may access it any more
 *
 * Context: may sleep; on the CPU of the caller.
 * Return: 0, and the status is in @args; -ENOMEM; -ENOSPC if there are too many such pages.
 */
int vtl_tdx_grant_call(struct mshv_tdcall *args, struct page *page);

/**
 * vtl_tdx_grant_reduce() - make a call that gives no L2 VM access to a page
 * @args: registers of TDG.MEM.PAGE.ATTR.WR for one page of 4 KiB, in and out; untrusted
 *
 * Needs no proof that the page is the VMM's, which may have unmapped it already.
 *
 * Context: may sleep; on the CPU of the caller.
 * Return: 0, and the status is in @args; -EPERM if no VM may access the page anyway.
 */
int vtl_tdx_grant_reduce(struct mshv_tdcall *args);

/**
 * vtl_tdx_grants_cpu_online() - forget this CPU's translations of all L2 VMs
 *
 * While the CPU was offline, pages may have been revoked.
 *
 * Context: CPU hotplug, on that CPU.
 * Return: 0, or -EIO if the TDX module refuses it.
 */
int vtl_tdx_grants_cpu_online(void);

/**
 * vtl_tdx_grants_revoke() - let no L2 VM access pages of a VMM any more
 *
 * A page whose attributes the TDX module does not change stays pinned, with a warning.
 *
 * Context: no VTL file is open, and CPU hotplug is held off; may sleep.
 */
void vtl_tdx_grants_revoke(void);

/**
 * vtl_tdx_grants_exit() - free what vtl_tdx_grants_revoke() could not revoke
 *
 * Context: module exit.
 */
void vtl_tdx_grants_exit(void);

/**
 * vtl_tdx_registers_get() - MSHV_GET_VP_REGISTERS, for the VP of the calling CPU
 * @user_args: argument of the ioctl; untrusted
 *
 * Context: may sleep.
 * Return: as the ioctl.
 */
long vtl_tdx_registers_get(struct mshv_register_list __user *user_args);

/**
 * vtl_tdx_registers_set() - MSHV_SET_VP_REGISTERS, for the VP of the calling CPU
 * @user_args: argument of the ioctl; untrusted
 *
 * Context: may sleep.
 * Return: as the ioctl.
 */
long vtl_tdx_registers_set(struct mshv_register_list __user *user_args);

/**
 * vtl_tdx_cr4_fixed1_get() - MSHV_READ_VMX_CR4_FIXED1
 * @user_value: argument of the ioctl
 *
 * Context: may sleep.
 * Return: as the ioctl.
 */
long vtl_tdx_cr4_fixed1_get(u64 __user *user_value);

/**
 * vtl_tdx_state_init() - find out which registers the CPU has
 *
 * Context: module init; may sleep.
 */
void vtl_tdx_state_init(void);

/**
 * vtl_tdx_state_alloc() - allocate memory for VTL0's extended state
 *
 * Context: may sleep.
 * Return: the memory, for kfree(), or NULL.
 */
void *vtl_tdx_state_alloc(void);

/**
 * vtl_tdx_state_reset() - set VTL0's registers to their values after a reset of the CPU
 * @state: of a VP that no task runs
 * @here:  the VP is that of this CPU, and VTL0 may have run: reset the CPU's registers, too
 *
 * Context: preemption off, if @here.
 */
void vtl_tdx_state_reset(struct tdx_state *state, bool here);

/**
 * vtl_tdx_state_session_begin() - load the registers that the kernel does not need
 * @state:   of the VP
 * @context: VTL0's context; untrusted
 *
 * Context: interrupts off; preemption is off until vtl_tdx_state_session_end().
 * Return: 0, or -EINVAL if the CPU refuses a value; then nothing has changed.
 */
int vtl_tdx_state_session_begin(struct tdx_state *state,
				struct mshv_tdx_context *context);

/**
 * vtl_tdx_state_session_end() - save VTL0's registers, and restore VTL2's
 * @state:   of the VP
 * @context: VTL0's context
 *
 * Context: preemption off.
 */
void vtl_tdx_state_session_end(struct tdx_state *state,
			       struct mshv_tdx_context *context);

/**
 * vtl_tdx_state_enter() - load the rest of VTL0's state, right before an entry
 * @state: of the VP, in a session
 *
 * Context: interrupts off. Only the entry may follow.
 */
void vtl_tdx_state_enter(struct tdx_state *state);

/**
 * vtl_tdx_state_leave() - undo vtl_tdx_state_enter(), right after an exit
 * @state: of the VP, in a session
 *
 * Context: interrupts off. No code that uses the registers may run in between.
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
 * vtl_tdx_deadline_off() - turn the timers of all VMs off in the TDX module
 * @vp: the VP of this CPU
 *
 * Context: preemption off.
 * Return: RAX of the call that failed; 0 for success.
 */
u64 vtl_tdx_deadline_off(struct tdx_vp *vp);

/**
 * vtl_tdx_deadline_program() - write the VP's deadline to the TDX module, if it changed
 * @vp: the VP of this CPU
 * @vm: the VM that will be entered; untrusted, 0 to 3
 *
 * Context: preemption off, VTL0 not running.
 * Return: RAX of the call that failed; 0 for success.
 */
u64 vtl_tdx_deadline_program(struct tdx_vp *vp, unsigned int vm);

/**
 * vtl_tdx_deadline_expire() - remove the deadline if it has passed
 * @vp: the VP that the caller runs
 *
 * Context: any.
 * Return: false if it has not passed.
 */
bool vtl_tdx_deadline_expire(struct tdx_vp *vp);

/**
 * vtl_tdx_deadline_take() - handle VTL0's write of its deadline, if the VMM requests that
 * @run:      the run page of this VP; untrusted
 * @vp:       the VP of this CPU
 * @deadline: the value that VTL0 has written; untrusted
 *
 * Context: in a session, after an entry; preemption off.
 * Return: false if the VMM has to handle the write.
 */
bool vtl_tdx_deadline_take(struct mshv_vtl_run *run, struct tdx_vp *vp, u64 deadline);

/**
 * vtl_tdx_deadline_deliver() - assert the timer's vector, if the VMM requests that
 * @run: the run page of this VP; untrusted
 * @vp:  the VP of this CPU, after vtl_tdx_deadline_expire()
 *
 * Context: in a session, after an entry; preemption off.
 * Return: false if the VMM has to handle the expired deadline.
 */
bool vtl_tdx_deadline_deliver(struct mshv_vtl_run *run, struct tdx_vp *vp);

/* The operations of struct vtl_platform_ops (platform.h), which documents them. */
int vtl_tdx_vp_prepare(unsigned int cpu);
void vtl_tdx_run_begin(struct mshv_vtl_run *run, unsigned int cpu);
void vtl_tdx_vapic_resync(struct mshv_vtl_run *run);
unsigned int vtl_tdx_vapic_inject(struct mshv_vtl_run *run, u32 *bits, unsigned int banks);
bool vtl_tdx_vapic_is_pending(const struct mshv_vtl_run *run);
int vtl_tdx_session_begin(struct mshv_vtl_run *run);
void vtl_tdx_session_end(struct mshv_vtl_run *run);
void vtl_tdx_enter(struct mshv_vtl_run *run);
int vtl_tdx_exit_handle(struct mshv_vtl_run *run);
u64 vtl_tdx_exit_reason(void);
ktime_t vtl_tdx_halt_end(unsigned int cpu);
bool vtl_tdx_halt_expire(struct mshv_vtl_run *run, unsigned int cpu);

/**
 * vtl_tdx_ipi_send() - send an IPI that VTL0 wrote to its x2APIC ICR
 * @icr:     the value; untrusted
 * @targets: scratch memory
 *
 * Context: on the sender's CPU, preemption off.
 * Return: false if it is not fixed and edge-triggered; then no IPI was sent.
 */
bool vtl_tdx_ipi_send(u64 icr, struct cpumask *targets);

#endif /* _MSHV_VTL_TDX_H */
