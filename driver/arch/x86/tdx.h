/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * x86's parts of entering VTL0, among themselves: the TDX module's numbers,
 * and what each file does for the others.
 *
 * Numbers are those of the Intel TDX module specification, TD partitioning.
 */
#ifndef _MSHV_VTL_X86_TDX_H
#define _MSHV_VTL_X86_TDX_H

#include <linux/types.h>
#include <linux/mshv_vtl.h>

#include "tdcall.h"

#define TDG_VP_WR		10
#define TDG_VP_ENTER		25

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

/* Fields of VM 1. */
#define TDX_FIELD_VIRTUAL_APIC		0x2420000300002012ULL
#define TDX_FIELD_ENTRY_EVENT		0x2420000200004016ULL
#define TDX_FIELD_ENTRY_ERROR_CODE	0x2420000200004018ULL
#define TDX_FIELD_ENTRY_LENGTH		0x242000020000401aULL
#define TDX_FIELD_INTERRUPTIBILITY	0x2420000200004824ULL
#define TDX_FIELD_TSC_DEADLINE		0xa020000300000059ULL
#define TDX_DEADLINE_OFF		(~0ULL)

/* Virtual APIC page (Intel SDM, APIC register layout). */
#define VAPIC_TPR			0x80
#define VAPIC_IRR			0x200
#define VAPIC_STRIDE			0x10

/**
 * struct x86_state - what the TDX module does not switch between VTL2 and VTL0
 * @xsave: VTL0's extended state, in the CPU's standard format
 * @msrs:  in a stay: VTL2's values, which are put back at its end
 * @xss:   in a stay: VTL2's and VTL0's, switched at each entry
 * @cr2:   in a stay: VTL0's, likewise
 */
struct x86_state {
	void *xsave;
	u64 msrs[5];
	struct {
		u64 vtl2;
		u64 vtl0;
	} xss;
	u64 cr2;
};

/**
 * struct x86_vp - what x86 keeps for a VP
 *
 * All but @vapic is used on the VP's CPU alone, by who runs it.
 *
 * @vapic:      virtual APIC page, shared with the VMM; stays until module exit
 * @bits:       where what is asserted is pulled to
 * @state:      what is switched here
 * @gpr:        in a stay: where VTL0's general registers are; physical address
 * @regs:       in a stay: of the last TDG.VP.ENTER
 * @configured: the TDX module knows @vapic
 */
struct x86_vp {
	void *vapic;
	u32 bits[MSHV_VTL_PROXY_BANKS];
	struct x86_state state;
	u64 gpr;
	struct tdcall_regs regs;
	bool configured;
};

static inline struct mshv_tdx_context *tdx_context(struct mshv_vtl_run *run)
{
	return (struct mshv_tdx_context *)run->context;
}

/**
 * tdcall_available() - is there a TDX module, or one that stands in for it?
 *
 * Context: any.
 * Return: true if so.
 */
bool tdcall_available(void);

/**
 * tdcall() - call the TDX module on this CPU
 * @regs: the registers, in and out
 *
 * Context: preemption off; for TDG.VP.ENTER interrupts off too.
 */
void tdcall(struct tdcall_regs *regs);

/**
 * tdcall_field_write() - TDG.VP.WR of this CPU's VP
 * @field: field identifier
 * @value: new value
 * @mask:  bits to write
 *
 * Context: preemption off.
 * Return: the status, upper half of RAX.
 */
u32 tdcall_field_write(u64 field, u64 value, u64 mask);

/**
 * state_init() - learn what state the CPU has
 *
 * Context: may sleep.
 */
void state_init(void);

/**
 * state_alloc() - memory for VTL0's extended state
 *
 * Context: may sleep.
 * Return: the memory, for kfree(), or NULL.
 */
void *state_alloc(void);

/**
 * state_stay_begin() - put in place what the kernel does not need meanwhile
 * @state:   of the VP
 * @context: VTL0's; untrusted
 *
 * Context: interrupts off; preemption is off until state_stay_end().
 * Return: 0, or -EINVAL if the CPU refuses a value; then nothing has changed.
 */
int state_stay_begin(struct x86_state *state, struct mshv_tdx_context *context);

/**
 * state_stay_end() - undo it, and keep what VTL0 left
 * @state:   of the VP
 * @context: VTL0's
 *
 * Context: preemption off.
 */
void state_stay_end(struct x86_state *state, struct mshv_tdx_context *context);

/**
 * state_enter() - put the rest of VTL0's state in place, right before an entry
 * @state: of the VP, in a stay
 *
 * Context: interrupts off.
 */
void state_enter(struct x86_state *state);

/**
 * state_leave() - undo it, right after an exit
 * @state: of the VP, in a stay
 *
 * Context: interrupts off, with nothing in between that uses the registers.
 */
void state_leave(struct x86_state *state);

/**
 * vapic_look() - find RVI anew, since the VMM may have changed the page
 * @vapic: virtual APIC page; VTL0 is not running
 * @gpr:   its enter state, with RVI
 *
 * Context: on the VP's CPU, interrupts off.
 */
void vapic_look(void *vapic, struct mshv_tdx_l2_enter_guest_state *gpr);

/**
 * vapic_merge() - request vectors of VTL0
 * @vapic: virtual APIC page; VTL0 is not running
 * @gpr:   its enter state, with RVI
 * @bits:  the vectors, by bank
 * @banks: bit n: bank n has some; not 0
 *
 * Context: on the VP's CPU, interrupts off.
 */
void vapic_merge(void *vapic, struct mshv_tdx_l2_enter_guest_state *gpr,
		 const u32 *bits, unsigned int banks);

/**
 * vapic_is_deliverable() - would VTL0 take an interrupt if it ran now?
 * @vapic: virtual APIC page
 * @gpr:   its enter state
 *
 * Context: on the VP's CPU, VTL0 not running.
 * Return: true if RVI outranks TPR and the vector in service, and IF is set.
 */
bool vapic_is_deliverable(const void *vapic,
			  const struct mshv_tdx_l2_enter_guest_state *gpr);

/**
 * ipi_send() - what VTL0 wrote to its x2APIC ICR, if it is a plain IPI
 * @icr: the value; untrusted
 *
 * Context: on the sender's CPU, preemption off.
 * Return: false if it is not fixed and edge-triggered; then nothing was sent.
 */
bool ipi_send(u64 icr);

#endif /* _MSHV_VTL_X86_TDX_H */
