// SPDX-License-Identifier: GPL-2.0-only
/*
 * Enters VTL0 with TDG.VP.ENTER, and handles some of its exits without the VMM.
 *
 * Of the flags of the run page, this file only reads which offloads are on; the core
 * acts on the results.
 */
#include <linux/compiler.h>
#include <linux/err.h>
#include <linux/io.h>
#include <linux/percpu.h>

#include "platform.h"
#include "tdx.h"

#define MSR_TSC_DEADLINE	0x6e0
#define MSR_X2APIC_ICR		0x830
#define HV_MSR_GUEST_IDLE	0x400000f0
#define HV_MSR_ICR		0x40000071

/* Flags of struct mshv_tdx_vp_state. */
#define TDX_VP_STATE_WBINVD	BIT_ULL(0)
#define TDX_VP_STATE_WBNOINVD	BIT_ULL(1)
#define TDX_VP_STATE_FLUSH	(TDX_VP_STATE_WBINVD | TDX_VP_STATE_WBNOINVD)

/* How often in a session an entry may fail because the TDX module is busy. */
#define ENTER_BUSY_MAX		100000

static bool is_offloaded(const struct mshv_vtl_run *run, u8 flag)
{
	return READ_ONCE(run->offload_flags) & flag;
}

/* Sets what does not change, once: the virtual APIC page, and no timer. */
static u64 vp_configure(struct tdx_vp *vp)
{
	u64 status;

	if (likely(vp->configured))
		return 0;

	status = vtl_tdcall_field_write(TDX_FIELD_VIRTUAL_APIC,
					virt_to_phys(vp->vapic), PAGE_MASK);
	if (!status)
		status = vtl_tdx_deadline_off(vp);
	vp->configured = !status;
	return status;
}

static void caches_flush(struct mshv_tdx_vp_state *state)
{
	u64 flags = READ_ONCE(state->flags);

	if (likely(!(flags & TDX_VP_STATE_FLUSH)))
		return;

	WRITE_ONCE(state->flags, flags & ~TDX_VP_STATE_FLUSH);
	vtl_tdcall_cache_flush(flags & TDX_VP_STATE_WBINVD);
}

int vtl_tdx_session_begin(struct mshv_vtl_run *run)
{
	struct mshv_tdx_context *context = tdx_context(run);
	struct tdx_vp *vp = this_cpu_ptr(&vtl_tdx_vps);
	u64 status = vp_configure(vp);
	unsigned int vm;

	vp->entry_rcx = READ_ONCE(context->entry_rcx);
	vm = TDX_ENTRY_VM(vp->entry_rcx);
	if (!status)
		status = vtl_tdx_deadline_program(vp, vm);
	/* The CPU would write to the page of a VMM that ran before the driver was loaded. */
	if (!status && vm == TDX_VM_VTL1 && !vtl_tdx_filter_has_vapic())
		status = (u64)TDX_OPERAND_INVALID << 32 | TDX_OPERAND_VIRTUAL_APIC;
	if (status) {
		WRITE_ONCE(context->exit.rax, status);
		return -EIO;
	}

	vp->gpr = virt_to_phys(&context->gpr);
	vp->busy = 0;
	caches_flush(&context->vp_state);
	return vtl_tdx_state_session_begin(&vp->state, context);
}

static void exit_store(struct mshv_tdx_exit *exit,
		       const struct tdcall_regs *regs)
{
	exit->rcx = regs->rcx;
	exit->rdx = regs->rdx;
	exit->rsi = regs->rsi;
	exit->rdi = regs->rdi;
	exit->r8 = regs->r8;
	exit->r9 = regs->r9;
	exit->r10 = regs->r10;
	exit->r11 = regs->r11;
	exit->r12 = regs->r12;
	exit->r13 = regs->r13;
	exit->rax = regs->rax;
}

void vtl_tdx_session_end(struct mshv_vtl_run *run)
{
	struct mshv_tdx_context *context = tdx_context(run);
	struct tdx_vp *vp = this_cpu_ptr(&vtl_tdx_vps);

	vtl_tdx_state_session_end(&vp->state, context);
	exit_store(&context->exit, &vp->regs);
}

/*
 * TDG.VP.ENTER reads only RAX, RCX and RDX: the other registers still have the values of
 * the last exit, and do not reach VTL0.
 */
noinstr void vtl_tdx_enter(struct mshv_vtl_run *run)
{
	struct tdx_vp *vp = raw_cpu_ptr(&vtl_tdx_vps);
	struct tdcall_regs *regs = &vp->regs;

	regs->rax = TDG_VP_ENTER;
	regs->rcx = vp->entry_rcx;
	regs->rdx = vp->gpr;

	vtl_tdx_state_enter(&vp->state);
	vtl_tdcall(regs);
	vtl_tdx_state_leave(&vp->state);
}

static void step_over(struct mshv_tdx_context *context)
{
	context->gpr.rip += this_cpu_read(vtl_tdx_vps.regs.r11) >> 32;
}

/*
 * After STI, HLT is still in the interrupt shadow. HLT is done now, so the shadow must
 * end, or the interrupt that ends the halt would be delivered one instruction too late.
 */
static int exit_halt(struct mshv_tdx_context *context, int exit)
{
	unsigned int vm = TDX_ENTRY_VM(this_cpu_read(vtl_tdx_vps.entry_rcx));
	u64 status;

	status = vtl_tdcall_field_write(TDX_FIELD_OF_VM(TDX_FIELD_INTERRUPTIBILITY, vm),
					0, 1);
	/* Let the VMM handle the halt, with the same call. */
	if (status)
		return VTL_EXIT_USER;
	step_over(context);
	return exit;
}

/* The register reads as 0. VTL0 reads it to tell the hypervisor that it is idle (TLFS). */
static int exit_rdmsr(struct mshv_tdx_context *context)
{
	int exit;

	if ((u32)context->gpr.rcx != HV_MSR_GUEST_IDLE)
		return VTL_EXIT_USER;

	exit = exit_halt(context, VTL_EXIT_IDLE);
	if (exit == VTL_EXIT_IDLE) {
		context->gpr.rax = 0;
		context->gpr.rdx = 0;
	}
	return exit;
}

static bool msr_write(struct mshv_vtl_run *run, struct tdx_vp *vp, u32 msr, u64 value)
{
	switch (msr) {
	case MSR_TSC_DEADLINE:
		return vtl_tdx_deadline_take(run, vp, value);
	case MSR_X2APIC_ICR:
	case HV_MSR_ICR:
		return is_offloaded(run, MSHV_VTL_OFFLOAD_X2APIC) &&
		       vtl_tdx_ipi_send(value, vp->targets);
	default:
		return false;
	}
}

static int exit_wrmsr(struct mshv_vtl_run *run, struct tdx_vp *vp)
{
	struct mshv_tdx_context *context = tdx_context(run);
	u64 value = context->gpr.rdx << 32 | (u32)context->gpr.rax;

	if (!msr_write(run, vp, context->gpr.rcx, value))
		return VTL_EXIT_USER;

	step_over(context);
	return VTL_EXIT_HANDLED;
}

/*
 * The CPU counts down in 32 bits: a deadline that is too far away ends VTL0's run
 * early. The next entry starts to count again.
 */
static int exit_deadline(struct mshv_vtl_run *run, struct tdx_vp *vp, bool ours)
{
	bool early = !vtl_tdx_deadline_expire(vp);

	if (!ours)
		return VTL_EXIT_USER;
	return early || vtl_tdx_deadline_deliver(run, vp) ? VTL_EXIT_HANDLED :
							    VTL_EXIT_USER;
}

static int exit_reason_handle(struct mshv_vtl_run *run, struct tdx_vp *vp)
{
	struct mshv_tdx_context *context = tdx_context(run);
	bool event = vp->regs.r10 & TDX_EVENT_VALID;
	/* If the exit interrupted an event, the VMM has to inject it again. */
	bool ours = is_offloaded(run, MSHV_VTL_OFFLOAD_INTR_INJECT) && !event;
	u32 reason = vp->regs.rax;

	if (reason == TDX_EXIT_DEADLINE)
		return exit_deadline(run, vp, ours);
	if (!ours)
		return VTL_EXIT_USER;

	switch (reason) {
	case TDX_EXIT_HLT:
		return exit_halt(context, VTL_EXIT_HLT);
	case TDX_EXIT_RDMSR:
		return exit_rdmsr(context);
	case TDX_EXIT_WRMSR:
		return exit_wrmsr(run, vp);
	default:
		return VTL_EXIT_USER;
	}
}

/* VTL0 was not entered. Interrupts are enabled now, so the next attempt may succeed. */
static int exit_busy(struct tdx_vp *vp)
{
	return ++vp->busy < ENTER_BUSY_MAX ? VTL_EXIT_HANDLED : -EIO;
}

/* Not inlined into the handler of the exit that each interrupt causes. */
static noinline int exit_other_handle(struct mshv_vtl_run *run, struct tdx_vp *vp)
{
	bool offload = is_offloaded(run, MSHV_VTL_OFFLOAD_INTR_INJECT);
	u64 rax = vp->regs.rax;

	switch (TDX_STATUS(rax)) {
	case TDX_SUCCESS:
		return exit_reason_handle(run, vp);
	case TDX_PENDING_INTERRUPT:
		return offload ? VTL_EXIT_HANDLED : VTL_EXIT_USER;
	case TDX_L2_EXIT_HOST_ROUTED_TDVMCALL:
	case TDX_L2_EXIT_HOST_ROUTED_ASYNC:
		/* Handled by the host, except for an event that the exit interrupted. */
		return offload && !(vp->regs.r10 & TDX_EVENT_VALID) ?
			VTL_EXIT_HANDLED : VTL_EXIT_USER;
	case TDX_OPERAND_BUSY:
		return exit_busy(vp);
	case TDX_OPERAND_INVALID:
		/* The TDX module does not have the page any more: the next session sets it. */
		if ((u32)rax == TDX_OPERAND_VIRTUAL_APIC)
			vp->configured = false;
		return -EIO;
	default:
		return TDX_STATUS(rax) & TDX_ERROR ? -EIO : VTL_EXIT_USER;
	}
}

int vtl_tdx_exit_handle(struct mshv_vtl_run *run)
{
	struct tdx_vp *vp = this_cpu_ptr(&vtl_tdx_vps);

	/* An interrupt of VTL2 ended the run, and was handled before this. */
	if (likely(TDX_STATUS(vp->regs.rax) == TDX_L2_EXIT_PENDING_INTERRUPT))
		return is_offloaded(run, MSHV_VTL_OFFLOAD_INTR_INJECT) &&
		       !(vp->regs.r10 & TDX_EVENT_VALID) ? VTL_EXIT_HANDLED : VTL_EXIT_USER;
	return exit_other_handle(run, vp);
}

u64 vtl_tdx_exit_reason(void)
{
	return this_cpu_read(vtl_tdx_vps.regs.rax);
}
