// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The lab's own guest, lab/vtl0: its first state, and its exits.
 *
 * It has no devices but those of the lab's host, no timer, and a call, two ports and its
 * report pages to communicate with the VMM. Anything else that it does is reported and ends
 * it: a guest under test should not be helped along.
 */
#include <cpuid.h>
#include <inttypes.h>
#include <stdio.h>

#include "internal.h"

/* The qualification of OUT of one byte; it has no other bits than these. */
#define IO_OUT_BYTE(port)	((uint64_t)(port) << IO_PORT_SHIFT)

#define CPUID_BASIC		1
#define CPUID_TOPOLOGY		0x0b
#define CPUID_EXTENDED		0x80000001
#define CPUID_VMX		0x20
#define CPUID_X2APIC		0x200000
#define CPUID_SVM		0x4

/* Selectors as in the guest's own table, which it loads. */
#define SELECTOR_CODE		0x08
#define SELECTOR_DATA		0x10

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
	uint64_t value = exit_msr_value(vp);
	uint32_t msr = vp->context->gpr.rcx;

	if (!(write ? apic_write(vp, msr, value) : apic_read(vp, msr, &value))) {
		complain("VP %u: VTL0 at %#" PRIx64 " %s MSR %#x, EDX:EAX %#" PRIx64
			 ", which this VMM does not know", vp->number,
			 (uint64_t)vp->context->gpr.rip, write ? "writes" : "reads", msr, value);
		return false;
	}
	exit_msr_finish(vp, write, value);
	return true;
}

/* The guest may read an address without memory if it has announced that. */
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
	/* This guest has no code at such an address: see docs/faults.md on QEMU. */
	if ((int64_t)vp->context->gpr.rip < 0)
		complain("what follows is a fault of QEMU, which ran VTL2 with VTL0's memory; "
			 "see docs/faults.md. Run this again");
	complain("VP %u: VTL0 at %#" PRIx64 " %s %#" PRIx64 ", which it was not given",
		 vp->number, (uint64_t)vp->context->gpr.rip,
		 qualification & EPT_FETCH ? "runs into" :
		 qualification & EPT_WRITE ? "writes to" : "reads from", address);
	return false;
}

static bool bare_serve(struct vp *vp, uint32_t reason)
{
	switch (reason) {
	case REASON_CPUID:
		serve_cpuid(vp);
		return true;
	case REASON_HLT:
		return exit_halt(vp);
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
		/* The deadline has come. The bare guest has no timer, so nothing is to be done. */
		return true;
	default:
		return exit_refuse(vp, reason);
	}
}

static int bare_vcpu_setup(struct vp *vp)
{
	const struct vcpu_state state = {
		.cr3 = vp->vm->base + VTL0_TABLES_OFFSET,
		.code_selector = SELECTOR_CODE,
		.data_selector = SELECTOR_DATA,
		.rip = vp->vm->base + vp->vm->image.entry,
		.rdi = vp->vm->base + VTL0_BOOT_OFFSET,
		.rsi = vp->number,
	};

	return vcpu_set_long_mode(vp, &state);
}

static void bare_close(struct vmm *vm)
{
	bare_devices_close(vm);
	bare_memory_close(vm);
}

const struct guest bare_guest = {
	.open = bare_memory_open,
	.close = bare_close,
	.vcpu_setup = bare_vcpu_setup,
	.serve = bare_serve,
};
