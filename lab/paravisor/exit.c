// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Why VTL0 came back, and what is done about it.
 *
 * Owns: the exit reasons and the events that an exit cut short. What cannot be
 * done is told, with where VTL0 is, and ends the guest.
 */
#include <cpuid.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "internal.h"

enum reason {
	REASON_CPUID = 10,
	REASON_HLT = 12,
	REASON_VMCALL = 18,
	REASON_IO = 30,
	REASON_RDMSR = 31,
	REASON_WRMSR = 32,
	REASON_EPT_VIOLATION = 48,
	REASON_TIMER = 52,
};

/* Qualification of an I/O exit: of OUT, one byte, no string, it is the port. */
#define IO_IMMEDIATE		0x40
#define IO_PORT_SHIFT		16
#define IO_OUT_BYTE(port)	((uint64_t)(port) << IO_PORT_SHIFT)

#define EPT_WRITE	0x02
#define EPT_FETCH	0x04

/* Types of events that the CPU injects as an instruction of some length. */
#define EVENT_TYPE(event)	((event) >> 8 & 7)
#define EVENT_SOFTWARE(type)	((type) == 4 || (type) == 5 || (type) == 6)
#define EVENT_BITS		(TDX_EVENT_VALID | 0xfff)

#define CPUID_BASIC		1
#define CPUID_TOPOLOGY		0x0b
#define CPUID_EXTENDED		0x80000001
#define CPUID_VMX		0x20
#define CPUID_X2APIC		0x200000
#define CPUID_SVM		0x4

const char *vmm_reason_name(unsigned int reason)
{
	static const char * const names[VMM_REASONS] = {
		[0] = "exception", [1] = "interrupt", [2] = "triple fault",
		[7] = "interrupt window", [8] = "NMI window", [REASON_CPUID] = "CPUID",
		[REASON_HLT] = "HLT", [13] = "INVD", [REASON_VMCALL] = "VMCALL",
		[28] = "control register", [REASON_IO] = "I/O port", [REASON_RDMSR] = "RDMSR",
		[REASON_WRMSR] = "WRMSR", [33] = "bad guest state", [36] = "MWAIT",
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

static void serve_cpuid(struct vp *vp)
{
	struct mshv_tdx_l2_enter_guest_state *gpr = &vp->context->gpr;
	uint32_t leaf = gpr->rax, eax, ebx, ecx, edx;

	__cpuid_count(leaf, (uint32_t)gpr->rcx, eax, ebx, ecx, edx);
	if (leaf == CPUID_BASIC) {
		ebx = (ebx & 0x00ffffff) | vp->apic_id << 24;
		ecx = (ecx & ~CPUID_VMX) | CPUID_X2APIC;
	} else if (leaf == CPUID_TOPOLOGY) {
		edx = vp->apic_id;
	} else if (leaf == CPUID_EXTENDED) {
		ecx &= ~CPUID_SVM;
	}
	gpr->rax = eax;
	gpr->rbx = ebx;
	gpr->rcx = ecx;
	gpr->rdx = edx;
	exit_step_over(vp);
}

/*
 * VTL0 waits: it is not entered again until something is pending. HLT ends the
 * shadow of an STI before it, which else would hold back what wakes it.
 */
static bool serve_hlt(struct vp *vp)
{
	if (tdx_vp_write(vp->vm->vtl, TDX_INTERRUPTIBILITY, 0, 1)) {
		complain("VP %u: the interrupt shadow cannot be cleared", vp->number);
		return false;
	}
	exit_step_over(vp);
	vp->run->flags |= MSHV_VTL_RUN_HALTED;
	vp->run->offload_flags |= MSHV_VTL_OFFLOAD_HALT_HLT;
	return true;
}

static bool serve_vmcall(struct vp *vp)
{
	const struct mshv_tdx_l2_enter_guest_state *gpr = &vp->context->gpr;

	if (gpr->rax != VTL0_CALL_SHUTDOWN) {
		complain("VP %u: VTL0 at %#" PRIx64 " makes a call %#" PRIx64 " that is none",
			 vp->number, (uint64_t)gpr->rip, (uint64_t)gpr->rax);
		return false;
	}
	vm_end(vp->vm, gpr->rcx & 0xff);
	exit_step_over(vp);
	return false;
}

static void crash_tell(const struct vp *vp)
{
	volatile struct vtl0_report *report = vmm_report(vp->vm, vp->number);

	complain("VP %u: VTL0 took exception %" PRIu64 ", error code %#" PRIx64 ", at %#" PRIx64
		 ", CR2 %#" PRIx64, vp->number, report->crash[0], report->crash[1],
		 report->crash[2], report->crash[3]);
}

static void console_line(struct vp *vp)
{
	const struct vmm_config *config = &vp->vm->config;

	vp->line[vp->line_length] = '\0';
	vp->line_length = 0;
	if (config->console)
		config->console(config->context, vp->number, vp->line);
	else
		printf("vtl0: %s\n", vp->line);
}

static void console_byte(struct vp *vp, char byte)
{
	if (byte != '\n')
		vp->line[vp->line_length++] = byte;
	if (byte == '\n' || vp->line_length == CONSOLE_LINE_MAX - 1)
		console_line(vp);
}

static bool serve_io(struct vp *vp)
{
	uint64_t qualification = vp->context->exit.rcx;

	switch (qualification & ~(uint64_t)IO_IMMEDIATE) {
	case IO_OUT_BYTE(VTL0_CONSOLE_PORT):
		console_byte(vp, vp->context->gpr.rax);
		exit_step_over(vp);
		return true;
	case IO_OUT_BYTE(VTL0_CRASH_PORT):
		crash_tell(vp);
		return false;
	default:
		complain("VP %u: VTL0 at %#" PRIx64 " uses I/O port %#x: nothing is there (%#"
			 PRIx64 ")", vp->number, (uint64_t)vp->context->gpr.rip,
			 (unsigned int)(qualification >> IO_PORT_SHIFT), qualification);
		return false;
	}
}

static bool serve_msr(struct vp *vp, bool write)
{
	struct mshv_tdx_l2_enter_guest_state *gpr = &vp->context->gpr;
	uint64_t value = gpr->rdx << 32 | (uint32_t)gpr->rax;
	uint32_t msr = gpr->rcx;

	if (!(write ? msr_write(vp, msr, value) : msr_read(vp, msr, &value))) {
		complain("VP %u: VTL0 at %#" PRIx64 " %s MSR %#x, EDX:EAX %#" PRIx64
			 ", which this VMM does not know", vp->number, (uint64_t)gpr->rip,
			 write ? "writes" : "reads", msr, value);
		return false;
	}
	if (!write) {
		gpr->rax = (uint32_t)value;
		gpr->rdx = value >> 32;
	}
	exit_step_over(vp);
	return true;
}

/* The guest may look where nothing is, if it says so first. */
static bool serve_ept_violation(struct vp *vp)
{
	volatile struct vtl0_report *report = vmm_report(vp->vm, vp->number);
	uint64_t qualification = vp->context->exit.rcx;
	uint64_t address = vp->context->exit.r8;
	uint64_t resume = report->probe_resume;

	if (resume && !((address ^ report->arguments[0]) & ~(uint64_t)(PAGE_SIZE - 1))) {
		vp->context->gpr.rip = resume;
		vp->context->gpr.rax = UINT32_MAX;
		return true;
	}
	/* This guest has no code there: see docs/faults.md on QEMU. */
	if ((int64_t)vp->context->gpr.rip < 0)
		complain("what follows is a fault of QEMU, which ran VTL2 with VTL0's memory; "
			 "docs/faults.md tells of it. Run this again");
	complain("VP %u: VTL0 at %#" PRIx64 " %s %#" PRIx64 ", which it was not given",
		 vp->number, (uint64_t)vp->context->gpr.rip,
		 qualification & EPT_FETCH ? "runs into" :
		 qualification & EPT_WRITE ? "writes to" : "reads from", address);
	return false;
}

static bool serve_other(struct vp *vp, uint32_t reason)
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

static bool serve_reason(struct vp *vp, uint32_t reason)
{
	switch (reason) {
	case REASON_CPUID:
		serve_cpuid(vp);
		return true;
	case REASON_HLT:
		return serve_hlt(vp);
	case REASON_VMCALL:
		return serve_vmcall(vp);
	case REASON_IO:
		return serve_io(vp);
	case REASON_RDMSR:
		return serve_msr(vp, false);
	case REASON_WRMSR:
		return serve_msr(vp, true);
	case REASON_EPT_VIOLATION:
		return serve_ept_violation(vp);
	case REASON_TIMER:
		/* A time that was set has come: this guest has no timer to tell. */
		return true;
	default:
		return serve_other(vp, reason);
	}
}

/* VTL0 ran: has it taken the event that was to be injected? */
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
 * An exit cut short an event that VTL0 had accepted: its bit is in service, or
 * it never had one, so it must be injected again, and not be asserted.
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
		/* Not entered: no other register means anything. */
		vp->stats.quiet++;
		return true;
	case TDX_L2_EXIT_PENDING_INTERRUPT:
		vp->stats.quiet++;
		return event_check(vp) && event_reinject(vp);
	case TDX_L2_EXIT_HOST_ROUTED_ASYNC:
	case TDX_L2_EXIT_HOST_ROUTED_TDVMCALL:
		/* The reason is that of an exit which the host has served. */
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
	return event_check(vp) && event_reinject(vp) && serve_reason(vp, reason);
}
