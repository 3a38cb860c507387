// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * MSRs that exit: the x2APIC's, those that the driver or the TDX module stores for VTL0, a few
 * that describe the machine, and Hyper-V's. Any other is a general protection fault, as on a
 * CPU that does not have it.
 */
#include <inttypes.h>

#include "machine.h"

#define MSR_PLATFORM_ID		0x017
#define MSR_APIC_BASE		0x01b
#define MSR_MICROCODE		0x08b
#define MSR_MTRR_CAP		0x0fe
#define MSR_SYSENTER_CS		0x174
#define MSR_SYSENTER_ESP	0x175
#define MSR_SYSENTER_EIP	0x176
#define MSR_MISC_ENABLE		0x1a0
#define MSR_PAT			0x277
#define MSR_EFER		0xc0000080
#define MSR_STAR		0xc0000081
#define MSR_LSTAR		0xc0000082
#define MSR_CSTAR		0xc0000083
#define MSR_SFMASK		0xc0000084
#define MSR_TSC_AUX		0xc0000103

#define MICROCODE_REVISION	(1ULL << 32)
#define MISC_FAST_STRINGS	1
#define APIC_BASE_X2APIC	0xc00
#define EFER_LMA		0x400

/* A field of VTL0's control structure that is an MSR of the same value. */
static uint64_t field_of(uint32_t msr)
{
	switch (msr) {
	case MSR_SYSENTER_CS:
		return TDX_FIELD32(0x482a);
	case MSR_SYSENTER_ESP:
		return TDX_FIELD64(0x6824);
	case MSR_SYSENTER_EIP:
		return TDX_FIELD64(0x6826);
	case MSR_PAT:
		return TDX_PAT;
	case MSR_EFER:
		return TDX_EFER;
	default:
		return 0;
	}
}

/* The kernel switches these between VTL2 and VTL0. */
static __u64 *switched_register(struct vp *vp, uint32_t msr)
{
	struct mshv_tdx_vp_state *state = &vp->context->vp_state;

	switch (msr) {
	case MSR_STAR:
		return &state->msr_star;
	case MSR_LSTAR:
		return &state->msr_lstar;
	case MSR_SFMASK:
		return &state->msr_sfmask;
	case MSR_TSC_AUX:
		return &state->msr_tsc_aux;
	default:
		return NULL;
	}
}

/* MSRs that describe the machine and are read-only. */
static bool constant_read(uint32_t msr, uint64_t *value)
{
	switch (msr) {
	case MSR_MICROCODE:
		*value = MICROCODE_REVISION;
		return true;
	case MSR_MISC_ENABLE:
		*value = MISC_FAST_STRINGS;
		return true;
	case MSR_PLATFORM_ID:
	case MSR_MTRR_CAP:
	case MSR_CSTAR:
		*value = 0;
		return true;
	default:
		return false;
	}
}

static bool constant_write(uint32_t msr, uint64_t value)
{
	if (msr == MSR_APIC_BASE)
		return (value & APIC_BASE_X2APIC) == APIC_BASE_X2APIC;
	return msr == MSR_MICROCODE || msr == MSR_MISC_ENABLE || msr == MSR_CSTAR;
}

/* The CPU sets LMA, depending on CR0.PG and LME. */
static bool field_write(struct vp *vp, uint64_t field, uint64_t value)
{
	uint64_t mask = field == TDX_EFER ? ~(uint64_t)EFER_LMA : UINT64_MAX;

	int64_t status = tdx_vp_write(vp->vm->vtl, field, value, mask);

	if (status)
		complain("VP %u: field %#" PRIx64 " does not take %#" PRIx64 ": %s %#" PRIx64,
			 vp->number, field, value, status < 0 ? "errno" : "status",
			 (uint64_t)(status < 0 ? -status : status));
	return !status;
}

static bool msr_read(struct vp *vp, uint32_t msr, uint64_t *value)
{
	const __u64 *place = switched_register(vp, msr);
	uint64_t field = field_of(msr);

	if (place) {
		*value = *place;
		return true;
	}
	if (field)
		return !tdx_vp_read(vp->vm->vtl, field, value);
	return apic_read(vp, msr, value) || apic_deadline_read(vp, msr, value) ||
	       constant_read(msr, value) || hyperv_msr_read(vp, msr, value);
}

static bool msr_write(struct vp *vp, uint32_t msr, uint64_t value)
{
	__u64 *place = switched_register(vp, msr);
	uint64_t field = field_of(msr);

	if (place) {
		*place = value;
		return true;
	}
	if (field)
		return field_write(vp, field, value);
	return apic_write(vp, msr, value) || apic_deadline_write(vp, msr, value) ||
	       constant_write(msr, value) || hyperv_msr_write(vp, msr, value);
}

bool msr_serve(struct vp *vp, bool write)
{
	uint64_t value = exit_msr_value(vp);
	uint32_t msr = vp->context->gpr.rcx;

	if (write ? msr_write(vp, msr, value) : msr_read(vp, msr, &value)) {
		exit_msr_finish(vp, write, value);
		return true;
	}
	if (vp->vm->config.verbose)
		complain("VP %u: %s MSR %#x, value %#" PRIx64 ": general protection fault",
			 vp->number, write ? "writes" : "reads", msr, value);
	exit_inject_exception(vp, EXCEPTION_PROTECTION, true, 0);
	return true;
}
