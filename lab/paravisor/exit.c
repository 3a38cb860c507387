// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Exits of VTL0, as far as they are served alike for all kinds of guest.
 *
 * Owns: the completion statuses, and the events that an exit has interrupted. The kind of the
 * guest serves the exit itself (struct guest). An exit that cannot be served is reported, with the
 * address of the instruction, and ends the guest.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "internal.h"

/* Types of events that the CPU injects as an instruction of some length. */
#define EVENT_TYPE(event)	((event) >> 8 & 7)
#define EVENT_SOFTWARE(type)	((type) == 4 || (type) == 5 || (type) == 6)
#define EVENT_BITS		(TDX_EVENT_VALID | 0xfff)

const char *vmm_reason_name(unsigned int reason)
{
	static const char * const names[VMM_REASONS] = {
		[0] = "exception", [1] = "interrupt", [2] = "triple fault",
		[7] = "interrupt window", [8] = "NMI window", [REASON_CPUID] = "CPUID",
		[REASON_HLT] = "HLT", [13] = "INVD", [REASON_VMCALL] = "VMCALL",
		[REASON_CONTROL_REGISTER] = "control register", [REASON_IO] = "I/O port",
		[REASON_RDMSR] = "RDMSR", [REASON_WRMSR] = "WRMSR", [33] = "bad guest state",
		[36] = "MWAIT",
		[39] = "MONITOR", [40] = "PAUSE", [43] = "TPR below threshold", [45] = "EOI",
		[REASON_EPT_VIOLATION] = "EPT violation", [REASON_TIMER] = "timer", [54] = "WBINVD",
		[55] = "XSETBV", [56] = "APIC write", [77] = "TDCALL",
	};

	return reason < VMM_REASONS ? names[reason] : NULL;
}

void exit_step_over(struct vp *vp)
{
	vp->context->gpr.rip += vp->context->exit.r11 >> 32;
}

/*
 * VTL0 halts: it is not entered again until an interrupt is pending. HLT ends the shadow of an STI
 * before it, which would otherwise delay the interrupt that ends the halt.
 */
bool exit_halt(struct vp *vp)
{
	if (tdx_vp_write(vp->vm->vtl, TDX_INTERRUPTIBILITY, 0, 1)) {
		complain("VP %u: the interrupt shadow cannot be cleared", vp->number);
		return false;
	}
	exit_step_over(vp);
	vp_halt(vp, MSHV_VTL_OFFLOAD_HALT_HLT);
	return true;
}

uint64_t exit_msr_value(const struct vp *vp)
{
	return vp->context->gpr.rdx << 32 | (uint32_t)vp->context->gpr.rax;
}

void exit_msr_finish(struct vp *vp, bool write, uint64_t value)
{
	if (!write) {
		vp->context->gpr.rax = (uint32_t)value;
		vp->context->gpr.rdx = value >> 32;
	}
	exit_step_over(vp);
}

void exit_inject_exception(struct vp *vp, unsigned int vector, bool has_error, uint32_t error)
{
	uint32_t event = TDX_EVENT_VALID | TDX_EVENT_EXCEPTION | vector;
	int64_t status = 0;

	if (has_error) {
		event |= TDX_EVENT_ERROR_VALID;
		status = tdx_vp_write(vp->vm->vtl, TDX_ENTRY_EVENT_ERROR, error, UINT32_MAX);
	}
	if (!status)
		status = tdx_vp_write(vp->vm->vtl, TDX_ENTRY_EVENT, event, UINT32_MAX);
	if (status)
		complain("VP %u: exception %u cannot be injected", vp->number, vector);
	vp->event = true;
}

bool exit_refuse(struct vp *vp, uint32_t reason)
{
	const char *name = vmm_reason_name(reason & 0xffff);
	const struct mshv_tdx_exit *exit = &vp->context->exit;

	complain("VP %u: VTL0 exited for reason %#x (%s) at %#" PRIx64
		 ", which this VMM does not serve: qualification %#" PRIx64 ", R8 %#" PRIx64
		 ", R9 %#" PRIx64 ", R10 %#" PRIx64, vp->number, reason, name ? name : "unknown",
		 (uint64_t)vp->context->gpr.rip, (uint64_t)exit->rcx, (uint64_t)exit->r8,
		 (uint64_t)exit->r9, (uint64_t)exit->r10);
	return false;
}

/* VTL0 has run: checks whether it has taken the event that was injected. */
static bool event_check(struct vp *vp)
{
	uint64_t event;

	if (!vp->event)
		return true;
	if (tdx_vp_read(vp->vm->vtl, TDX_ENTRY_EVENT, &event)) {
		complain("VP %u: the event to inject cannot be read", vp->number);
		return false;
	}
	vp->event = event & TDX_EVENT_VALID;
	return true;
}

/*
 * The exit interrupted the delivery of an event. VTL0 had accepted it: an interrupt is in service
 * already, so the event is injected again, and not asserted.
 */
static bool event_reinject(struct vp *vp)
{
	uint64_t r10 = vp->context->exit.r10;
	uint32_t event = r10 & EVENT_BITS;
	int64_t status = 0;

	if (!(event & TDX_EVENT_VALID))
		return true;
	if (event & TDX_EVENT_ERROR_VALID)
		status = tdx_vp_write(vp->vm->vtl, TDX_ENTRY_EVENT_ERROR, r10 >> 32, UINT32_MAX);
	if (!status && EVENT_SOFTWARE(EVENT_TYPE(event)))
		status = tdx_vp_write(vp->vm->vtl, TDX_ENTRY_EVENT_LENGTH,
				      vp->context->exit.r11 >> 32, UINT32_MAX);
	if (!status)
		status = tdx_vp_write(vp->vm->vtl, TDX_ENTRY_EVENT, event, UINT32_MAX);
	if (status) {
		complain("VP %u: event %#x cannot be injected again", vp->number, event);
		return false;
	}
	vp->event = true;
	return true;
}

static void exit_tell(const struct vp *vp)
{
	const struct mshv_tdx_exit *exit = &vp->context->exit;

	if (vp->vm->config.verbose)
		complain("VP %u: RAX %#" PRIx64 " RCX %#" PRIx64 " R8 %#" PRIx64 " R11 %#" PRIx64
			 " at %#" PRIx64, vp->number, (uint64_t)exit->rax, (uint64_t)exit->rcx,
			 (uint64_t)exit->r8, (uint64_t)exit->r11,
			 (uint64_t)vp->context->gpr.rip);
}

bool exit_serve(struct vp *vp)
{
	uint64_t rax = vp->context->exit.rax;
	uint32_t reason = rax;

	exit_tell(vp);
	switch (rax >> 32) {
	case TDX_PENDING_INTERRUPT:
		/* VTL0 was not entered, so no other register is valid. */
		vp->stats.quiet++;
		apic_timer_poll(vp);
		return true;
	case TDX_L2_EXIT_PENDING_INTERRUPT:
		vp->stats.quiet++;
		return event_check(vp) && event_reinject(vp);
	case TDX_L2_EXIT_HOST_ROUTED_ASYNC:
	case TDX_L2_EXIT_HOST_ROUTED_TDVMCALL:
		/* The exit reason is that of an exit which the host has handled. */
		vp->stats.host_routed++;
		return event_check(vp) && event_reinject(vp);
	case TDX_SUCCESS:
		break;
	default:
		complain("VP %u: VTL0 cannot be entered, status %#" PRIx64, vp->number, rax);
		return false;
	}

	if ((reason & 0xffff) < VMM_REASONS)
		vp->stats.exits[reason & 0xffff]++;
	return event_check(vp) && event_reinject(vp) &&
	       vp->vm->guest->serve(vp, reason);
}
