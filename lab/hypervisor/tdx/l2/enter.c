// SPDX-License-Identifier: GPL-2.0-only
/*
 * TDG.VP.ENTER: its checks, running L2 until an exit is for L1, and its output registers.
 *
 * Owns: the order of the checks, the state buffer, the loop over VMRUN with the state that L1 and
 * L2 share, and the contents of each output register.
 */
#include <linux/types.h>

#include "base/cpu.h"
#include "base/machine.h"
#include "tdx/l2/l2.h"
#include "tdx/tdx.h"

static u64 check_buffer(u64 gpa)
{
	if (gpa % TDX_ENTER_ALIGNMENT || !gpa_is_private(gpa))
		return TDX_OPERAND_INVALID | TDX_OPERAND_RDX;
	return TDX_SUCCESS;
}

static u64 check_vm(u64 flags)
{
	u64 vm = flags >> TDX_ENTER_VM_SHIFT & 3;

	if (!vm || vm > metadata_l2_vms() || (flags & TDX_ENTER_RESERVED))
		return TDX_OPERAND_INVALID | TDX_OPERAND_RCX;
	return TDX_SUCCESS;
}

static u64 check_operands(struct l2_cpu *cpu, const struct tdcall_regs *regs,
			  struct vcpu **vcpu)
{
	u64 status = check_buffer(regs->rdx);

	if (!status)
		status = check_vm(regs->rcx);
	if (status)
		return status;
	*vcpu = &cpu->vcpus[(regs->rcx >> TDX_ENTER_VM_SHIFT & 3) - 1];
	return vcpu_field(*vcpu, L2_VAPIC) == L2_VAPIC_UNSET ?
		TDX_OPERAND_INVALID | TDX_OPERAND_VAPIC : TDX_SUCCESS;
}

/*
 * If L1 has lost the state buffer or the virtual-APIC page since it named them, a TDX module
 * exits to the host, and the call is repeated endlessly. Here the operand is refused.
 */
static u64 check_pages(const struct vcpu *vcpu, u64 buffer)
{
	if (!ram_at(buffer))
		return TDX_OPERAND_INVALID | TDX_OPERAND_RDX;
	if (!ram_at(vcpu_field(vcpu, L2_VAPIC)))
		return TDX_OPERAND_INVALID | TDX_OPERAND_VAPIC;
	return TDX_SUCCESS;
}

/* L1 may write to it at the same time, so each word is read only once. */
static void read_buffer(struct vcpu *vcpu, const struct l2_enter_guest_state *buffer)
{
	struct vmcb *vmcb = vcpu->run.vmcb;

	vcpu->run.from = buffer->gpr;
	vmcb->rax = READ_ONCE(buffer->gpr[GPR_RAX]);
	vmcb->rsp = READ_ONCE(buffer->gpr[GPR_RSP]);
	vmcb->rflags = READ_ONCE(buffer->rflags);
	vmcb->rip = READ_ONCE(buffer->rip);
	vcpu_set_field(vcpu, L2_SSP, READ_ONCE(buffer->ssp));
	vcpu->vapic.rvi = READ_ONCE(buffer->rvi);
	vcpu->vapic.svi = READ_ONCE(buffer->svi);
}

static void write_buffer(struct vcpu *vcpu, struct l2_enter_guest_state *buffer)
{
	/* Otherwise L2 has not run, and they are unchanged. */
	if (vcpu->run.from == vcpu->run.gpr)
		cpu_copy_words(buffer->gpr, vcpu->run.gpr, GPR_COUNT);
	buffer->rflags = vcpu->run.vmcb->rflags;
	buffer->rip = vcpu->run.vmcb->rip;
	buffer->ssp = vcpu_field(vcpu, L2_SSP);
	buffer->rvi = vcpu->vapic.rvi;
	buffer->svi = vcpu->vapic.svi;
}

/*
 * QEMU 7.2 does not intercept XSETBV, so L2 can change XCR0, which L1 shares. On TDX it cannot do
 * that without L1, so the change is undone.
 */
static void run_with_xcr0(struct vcpu *vcpu)
{
	u64 xcr0 = cpu_read_xcr0();

	svm_run(&vcpu->run);
	if (cpu_read_xcr0() != xcr0)
		cpu_write_xcr0(xcr0);
}

/* QEMU may lose an interrupt of L1 here, see tdx/l2.c. */
static void run_with_request(struct vcpu *vcpu)
{
	apic_timer_repeat();
	run_with_xcr0(vcpu);
	apic_timer_restore();
	apic_tell_again();
}

/*
 * CR2 and DR6 are shared by L1 and L2, since a TDX module does not switch them. The world switch
 * handles STAR and similar MSRs. DR7 is each VM's own: an exit of SVM turns L1's breakpoints
 * off, and QEMU's exit leaves L2's value.
 */
static void run_once(struct vcpu *vcpu)
{
	struct vmcb *vmcb = vcpu->run.vmcb;
	u64 dr7 = cpu_read_dr7();

	vmcb->cr2 = cpu_read_cr2();
	vmcb->dr6 = cpu_read_dr6();
	if (unlikely(vmcb->int_control & SVM_V_IRQ))
		run_with_request(vcpu);
	else
		run_with_xcr0(vcpu);
	cpu_write_cr2(vmcb->cr2);
	cpu_write_dr6(vmcb->dr6);
	if (cpu_read_dr7() != dr7)
		cpu_write_dr7(dr7);
}

static void forget_interrupted(struct vcpu *vcpu)
{
	vcpu_set_field(vcpu, L2_IDT_EVENT, 0);
	vcpu_set_field(vcpu, L2_IDT_EVENT_ERROR, 0);
}

/**
 * l2_run() - run L2 until an exit is for L1
 * @vcpu: the VCPU, whose state is loaded
 * @exit: in: all 0; out: the exit
 *
 * Context: interrupts off, GIF 0; an NMI opens GIF for a moment.
 */
static void l2_run(struct vcpu *vcpu, struct l2_exit *exit)
{
	for (;;) {
		if (event_prepare(vcpu, exit)) {
			forget_interrupted(vcpu);
			return;
		}
		run_once(vcpu);
		if ((u32)vcpu->run.vmcb->exit_code == SVM_FAILED) {
			forget_interrupted(vcpu);
			exit->reason = VMX_ENTRY_FAILED;
			return;
		}
		event_after(vcpu);
		if (exits_handle(vcpu, exit))
			return;
		event_again(vcpu);
		*exit = (struct l2_exit){ };
	}
}

/* If TPR is below the threshold at entry, the exit comes before L2's first instruction. */
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
	/* The event is injected first; then an interrupt causes the deadline's exit. */
	if (vcpu->inject.info && deadline_is_due(vcpu))
		deadline_interrupt();
	if (!vcpu->inject.info && tpr_is_below(vcpu)) {
		exit->reason = VMX_TPR_BELOW_THRESHOLD;
		exit->trap = true;
		return;
	}
	l2_run(vcpu, exit);
}

/* Return: whether the entry has succeeded. */
static bool enter_l2(struct vcpu *vcpu, struct l2_exit *exit)
{
	vcpu->entered = false;
	if (!state_is_valid(vcpu)) {
		vcpu_set_field(vcpu, L2_IDT_EVENT, 0);
		exit->reason = VMX_ENTRY_FAILED;
		return false;
	}
	vcpu->stats->entered++;
	state_load(vcpu);
	run_from_entry(vcpu, exit);
	vcpu->inject.info = 0;
	state_save(vcpu);
	return exit->reason != VMX_ENTRY_FAILED;
}

static u64 pair(u64 high, u64 low)
{
	return high << 32 | (u32)low;
}

/* The state was not loaded: report what L1 wrote. */
static void write_segments_written(const struct vcpu *vcpu, struct tdcall_regs *regs)
{
	regs->rsi = pair(vcpu_field(vcpu, L2_CS_LIMIT),
			 vcpu_field(vcpu, L2_CS_RIGHTS) << 16 | vcpu_field(vcpu, L2_CS_SELECTOR));
	regs->rdi = vcpu_field(vcpu, L2_CS_BASE);
	regs->r12 = vcpu_field(vcpu, L2_SS_RIGHTS) >> 5 & 3;
}

/*
 * The same from the control block. The first word of a segment is nearly what L1 gets; only the
 * upper 4 of its 12 bits of rights are elsewhere in VMX's format.
 */
static void write_segments(const struct vcpu *vcpu, struct tdcall_regs *regs)
{
	const struct vmcb *vmcb = vcpu->run.vmcb;
	u64 word = *(const u64 *)&vmcb->cs;

	regs->rsi = (word & ~0xff000000ULL) | (word & 0x0f000000) << 4;
	regs->rdi = vmcb->cs.base;
	regs->r12 = vmcb->ss.attributes >> 5 & 3;
}

/* RBP is L2's: it is not switched. */
static void write_outputs(const struct vcpu *vcpu, const struct l2_exit *exit,
			  struct tdcall_regs *regs)
{
	regs->rax = exit->status | exit->reason;
	regs->rbx = 0;
	regs->rcx = exit->qualification;
	regs->rdx = vcpu_field(vcpu, L2_EXIT_GLA);
	regs->rbp = vcpu->run.from[GPR_RBP];
	regs->r8 = vcpu_field(vcpu, L2_EXIT_GPA);
	regs->r9 = pair(exit->event_error, exit->event);
	regs->r10 = pair(vcpu_field(vcpu, L2_IDT_EVENT_ERROR), vcpu_field(vcpu, L2_IDT_EVENT));
	regs->r11 = pair(exit->length, 0);
	regs->r13 = exit->extended;
	regs->r14 = 0;
	regs->r15 = 0;
	if (unlikely(vcpu->written))
		write_segments_written(vcpu, regs);
	else
		write_segments(vcpu, regs);
}

static void enter_and_report(struct vcpu *vcpu, struct l2_enter_guest_state *buffer,
			     struct tdcall_regs *regs)
{
	struct l2_exit *exit = &vcpu->exit;
	bool entered;

	*exit = (struct l2_exit){ };
	read_buffer(vcpu, buffer);
	entered = enter_l2(vcpu, exit);
	write_buffer(vcpu, buffer);
	if (hooks_want_exits(vcpu->hooks))
		hook_at_exit(vcpu, exit);
	if (exit->reason == VMX_EPT_VIOLATION)
		vcpu_set_field(vcpu, L2_EXIT_GPA, exit->gpa);
	if (!entered)
		state_refused(vcpu);
	stats_count_exit(vcpu->stats, exit->status, exit->reason);
	write_outputs(vcpu, exit, regs);
}

/**
 * tdx_vp_enter() - TDG.VP.ENTER
 * @cpu:  this CPU
 * @regs: in and out
 *
 * Context: interrupts and preemption off.
 */
void tdx_vp_enter(struct l2_cpu *cpu, struct tdcall_regs *regs)
{
	struct vcpu *vcpu;
	u64 status = check_operands(cpu, regs, &vcpu);

	cpu->stats.enters++;
	if (status) {
		regs->rax = status;
		return;
	}

	status = check_pages(vcpu, regs->rdx);
	deadline_arm(vcpu);
	cpu_clgi();
	if (apic_has_deliverable()) {
		cpu->stats.pending++;
		regs->rax = TDX_PENDING_INTERRUPT;
		goto out;
	}
	if (status)
		regs->rax = status;
	else
		enter_and_report(vcpu, machine_place(regs->rdx), regs);
out:
	cpu_stgi();
	deadline_disarm(vcpu);
}
