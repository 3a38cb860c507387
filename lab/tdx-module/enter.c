// SPDX-License-Identifier: GPL-2.0-only
/*
 * TDG.VP.ENTER: its checks, and its registers at the end.
 *
 * Owns: the order of the checks, the state buffer, and what each output
 * register holds. Must not know: SVM.
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "apic.h"
#include "cpu.h"
#include "deadline.h"
#include "enter.h"
#include "event.h"
#include "ram.h"
#include "run.h"
#include "state.h"
#include "tdcall.h"
#include "vcpu.h"

static u64 check_buffer(u64 gpa)
{
	if (gpa % TDX_ENTER_ALIGNMENT || !gpa_is_private(gpa))
		return TDX_OPERAND_INVALID | TDX_OPERAND_RDX;
	return TDX_SUCCESS;
}

static u64 check_vm(u64 flags)
{
	u64 vm = flags >> TDX_ENTER_VM_SHIFT & 3;

	if (!vm || vm > TDX_L2_VMS || (flags & TDX_ENTER_RESERVED))
		return TDX_OPERAND_INVALID | TDX_OPERAND_RCX;
	return TDX_SUCCESS;
}

static u64 check_operands(const struct vcpu *vcpu, const struct tdcall_regs *regs)
{
	u64 status = check_buffer(regs->rdx);

	if (!status)
		status = check_vm(regs->rcx);
	if (!status && vcpu_field(vcpu, L2_VAPIC) == L2_VAPIC_UNSET)
		status = TDX_OPERAND_INVALID | TDX_OPERAND_VAPIC;
	return status;
}

/*
 * Memory that is not there would exit to the host, and the call be repeated for
 * ever; here the operand is refused instead. The frame that was found good last
 * is taken as good again, so that the look-up and its lock are not on the way
 * of every entry.
 */
static struct l2_enter_guest_state *find_buffer(struct vcpu *vcpu, u64 gpa)
{
	if (vcpu->buffer == gpa >> PAGE_SHIFT)
		return __va(gpa);
	if (!ram_at(gpa))
		return NULL;
	vcpu->buffer = gpa >> PAGE_SHIFT;
	return __va(gpa);
}

static void read_buffer(struct vcpu *vcpu, const struct l2_enter_guest_state *buffer)
{
	struct l2_enter_guest_state state;

	memcpy(&state, buffer, sizeof(state));
	memcpy(vcpu->run.gpr, state.gpr, sizeof(state.gpr));
	vcpu_set_field(vcpu, L2_RSP, state.gpr[GPR_RSP]);
	vcpu_set_field(vcpu, L2_RFLAGS, state.rflags);
	vcpu_set_field(vcpu, L2_RIP, state.rip);
	vcpu_set_field(vcpu, L2_SSP, state.ssp);
	vcpu_set_field(vcpu, L2_INTERRUPT_STATUS, state.rvi | state.svi << 8);
	vcpu->vapic.rvi = state.rvi;
	vcpu->vapic.svi = state.svi;
}

static void write_buffer(struct vcpu *vcpu, struct l2_enter_guest_state *buffer)
{
	struct l2_enter_guest_state state = {
		.rflags = vcpu_field(vcpu, L2_RFLAGS),
		.rip = vcpu_field(vcpu, L2_RIP),
		.ssp = vcpu_field(vcpu, L2_SSP),
		.rvi = vcpu->vapic.rvi,
		.svi = vcpu->vapic.svi,
	};

	memcpy(state.gpr, vcpu->run.gpr, sizeof(state.gpr));
	vcpu_set_field(vcpu, L2_INTERRUPT_STATUS, state.rvi | state.svi << 8);
	memcpy(buffer, &state, sizeof(state));
}

/* Below the threshold already at entry: the exit comes before L2's first instruction. */
static bool tpr_is_below(const struct vcpu *vcpu)
{
	return !vcpu_has_vid(vcpu) && vapic_read(&vcpu->vapic, VAPIC_TPR) >> 4 <
		(vcpu_field(vcpu, L2_TPR_THRESHOLD) & 0xf);
}

static void run_from_entry(struct vcpu *vcpu, struct l2_exit *exit)
{
	event_take_from_entry(vcpu);
	if (vcpu_has_vid(vcpu))
		vapic_update_ppr(&vcpu->vapic);
	/* The event goes in first, then the deadline's exit comes: by an interrupt. */
	if (vcpu->inject.info && deadline_is_due(vcpu))
		irq_work_queue(&vcpu->nudge);
	if (!vcpu->inject.info && tpr_is_below(vcpu)) {
		exit->reason = VMX_TPR_BELOW_THRESHOLD;
		exit->trap = true;
		return;
	}
	l2_run(vcpu, exit);
}

static void enter_l2(struct vcpu *vcpu, struct l2_exit *exit)
{
	vcpu->entered = false;
	if (!state_is_valid(vcpu)) {
		vcpu_set_field(vcpu, L2_IDT_EVENT, 0);
		exit->reason = VMX_ENTRY_FAILED;
		return;
	}
	vcpu->stats.entered++;
	state_load(vcpu);
	run_from_entry(vcpu, exit);
	vcpu->inject.info = 0;
	state_save(vcpu);
}

static void record_exit(struct vcpu *vcpu, const struct l2_exit *exit)
{
	vcpu_set_field(vcpu, L2_EXIT_REASON, exit->reason);
	vcpu_set_field(vcpu, L2_EXIT_QUALIFICATION, exit->qualification);
	vcpu_set_field(vcpu, L2_EXIT_EVENT, exit->event);
	vcpu_set_field(vcpu, L2_EXIT_EVENT_ERROR, exit->event_error);
	vcpu_set_field(vcpu, L2_EXIT_LENGTH, exit->length);
	vcpu_set_field(vcpu, L2_EXIT_INSTRUCTION, 0);
	if (exit->reason == VMX_EPT_VIOLATION)
		vcpu_set_field(vcpu, L2_EXIT_GPA, exit->gpa);
}

static u64 pair(u64 high, u64 low)
{
	return high << 32 | (u32)low;
}

/* RBP is L2's: what it holds belongs to both. */
static void write_outputs(const struct vcpu *vcpu, const struct l2_exit *exit,
			  struct tdcall_regs *regs)
{
	regs->rax = exit->status | exit->reason;
	regs->rbx = 0;
	regs->rcx = exit->qualification;
	regs->rdx = vcpu_field(vcpu, L2_EXIT_GLA);
	regs->rbp = vcpu->run.gpr[GPR_RBP];
	regs->rsi = pair(vcpu_field(vcpu, L2_CS_LIMIT),
			 vcpu_field(vcpu, L2_CS_RIGHTS) << 16 | vcpu_field(vcpu, L2_CS_SELECTOR));
	regs->rdi = vcpu_field(vcpu, L2_CS_BASE);
	regs->r8 = vcpu_field(vcpu, L2_EXIT_GPA);
	regs->r9 = pair(exit->event_error, exit->event);
	regs->r10 = pair(vcpu_field(vcpu, L2_IDT_EVENT_ERROR), vcpu_field(vcpu, L2_IDT_EVENT));
	regs->r11 = pair(exit->length, vcpu_field(vcpu, L2_EXIT_INSTRUCTION));
	regs->r12 = vcpu_field(vcpu, L2_SS_RIGHTS) >> 5 & 3;
	regs->r13 = 0;
	regs->r14 = 0;
	regs->r15 = 0;
}

static void enter_and_report(struct vcpu *vcpu, struct l2_enter_guest_state *buffer,
			     struct tdcall_regs *regs)
{
	struct l2_exit exit = { };

	read_buffer(vcpu, buffer);
	enter_l2(vcpu, &exit);
	write_buffer(vcpu, buffer);
	hook_at_exit(vcpu, &exit);
	record_exit(vcpu, &exit);
	stats_count_exit(&vcpu->stats, &exit);
	write_outputs(vcpu, &exit, regs);
}

/**
 * tdx_vp_enter() - TDG.VP.ENTER
 * @vcpu: of this CPU
 * @regs: in and out
 *
 * Context: interrupts and preemption off.
 */
void tdx_vp_enter(struct vcpu *vcpu, struct tdcall_regs *regs)
{
	struct l2_enter_guest_state *buffer;
	u64 status = check_operands(vcpu, regs);

	vcpu->stats.enters++;
	if (status) {
		regs->rax = status;
		return;
	}

	buffer = find_buffer(vcpu, regs->rdx);
	deadline_arm(vcpu);
	cpu_clgi();
	if (apic_has_deliverable()) {
		vcpu->stats.pending++;
		regs->rax = TDX_PENDING_INTERRUPT;
		goto out;
	}
	if (!buffer)
		regs->rax = TDX_OPERAND_INVALID | TDX_OPERAND_RDX;
	else
		enter_and_report(vcpu, buffer, regs);
out:
	cpu_stgi();
	deadline_disarm(vcpu);
}
