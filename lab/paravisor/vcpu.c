// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The state that a VP starts in: 64-bit mode, flat, at an address; or real mode, as after
 * SIPI. And what it does without an exit: of its interrupt controller, and, if the guest
 * is to have them for itself, of its control registers and MSRs.
 *
 * The driver has set the virtual APIC page already, and owns that.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "internal.h"

#define ALL		UINT64_MAX

#define CR0_PE		0x1
#define CR0_MP		0x2
#define CR0_EM		0x4
#define CR0_TS		0x8
#define CR0_ET		0x10
#define CR0_WP		0x10000
#define CR0_PG		0x80000000
#define CR0_BITS	(CR0_PE | CR0_MP | CR0_EM | CR0_TS | CR0_ET | CR0_WP | CR0_PG)
#define CR4_PAE		0x20
#define CR4_MCE		0x40
#define CR4_PGE		0x80
#define CR4_VMXE	0x2000
#define CR4_SMXE	0x4000
/* L1 owns the bits that the TDX module would own otherwise, and would not let VTL0 change. */
#define CR4_OWNED	(CR4_MCE | CR4_VMXE | CR4_SMXE)
/* All other bits up to PKS; the TDX module checks whether the CPU has the feature. */
#define CR4_WRITABLE	(0x1ffffff & ~CR4_OWNED)
#define EFER_LME	0x100
#define EFER_LMA	0x400
#define IA32E_GUEST	0x200
#define VIRTUAL_INTERRUPT_DELIVERY 0x200

#define FIELD_CR0_MASK	TDX_FIELD64(0x6000)
#define FIELD_CR4_MASK	TDX_FIELD64(0x6002)
#define FIELD_CR4_SHADOW TDX_FIELD64(0x6006)
#define FIELD_CR0	TDX_FIELD64(0x6800)
#define FIELD_CR4	TDX_FIELD64(0x6804)

#define RIGHTS_CODE	0xa09b
#define RIGHTS_DATA	0xc093
#define RIGHTS_CODE_REAL 0x009b
#define RIGHTS_DATA_REAL 0x0093
#define RIGHTS_TSS	0x008b
#define RIGHTS_UNUSABLE	0x10000
#define LIMIT_FLAT	0xffffffff
#define LIMIT_REAL	0xffff
#define LIMIT_TSS	0x67

#define MSR_TSC		0x10
#define MSR_TPR		0x808
#define MSR_EOI		0x80b
#define MSR_SELF_IPI	0x83f
#define MSR_FS_BASE	0xc0000100
#define MSR_GS_BASE	0xc0000101
#define MSR_KERNEL_GS_BASE 0xc0000102
/*
 * Of the bitmap, 64 MSRs in a word: reads of low MSRs, from here reads of those that begin
 * with 0xc0000000, and from there the same for writes (Intel SDM, "MSR-Bitmap Address").
 */
#define BITMAP_HIGH	128
#define BITMAP_WRITES	256

#define PAT_RESET	0x0007040600070406ULL
#define RFLAGS_FIXED	2
#define FCW_RESET	0x037f
#define MXCSR_RESET	0x1f80
/* Within the FXSAVE area. */
#define FX_MXCSR	24

/* Numbers of segment registers within the module's field codes. */
enum segment { ES, CS, SS, DS, FS, GS, LDTR, TR };

/**
 * struct setting - a field, and what to write there
 */
struct setting {
	uint64_t field;
	uint64_t value;
	uint64_t mask;
};

static int settings_write(struct vp *vp, const struct setting *settings, size_t count)
{
	int64_t status;
	size_t i;

	for (i = 0; i < count; i++) {
		status = tdx_vp_write(vp->vm->vtl, settings[i].field, settings[i].value,
				      settings[i].mask);
		if (!status)
			continue;
		complain("VP %u: field %#" PRIx64 " does not take %#" PRIx64 ": %s %#" PRIx64,
			 vp->number, settings[i].field, settings[i].value,
			 status < 0 ? "errno" : "status",
			 (uint64_t)(status < 0 ? -status : status));
		return status < 0 ? status : -EIO;
	}
	return 0;
}

/**
 * struct segment_state - a segment register
 */
struct segment_state {
	uint16_t selector;
	uint64_t base;
	uint32_t limit;
	uint32_t rights;
};

static int segment_write(struct vp *vp, enum segment number, const struct segment_state *state)
{
	const struct setting settings[] = {
		{ TDX_FIELD16(0x0800 + 2 * number), state->selector, ALL },
		{ TDX_FIELD32(0x4800 + 2 * number), state->limit, ALL },
		{ TDX_FIELD32(0x4814 + 2 * number), state->rights, ALL },
		{ TDX_FIELD64(0x6806 + 2 * number), state->base, ALL },
	};

	return settings_write(vp, settings, ARRAY_SIZE(settings));
}

static int segments_write(struct vp *vp, const struct segment_state *code,
			  const struct segment_state *data)
{
	static const enum segment data_segments[] = { ES, SS, DS, FS, GS };
	static const struct segment_state none = { .rights = RIGHTS_UNUSABLE };
	static const struct segment_state task = { .limit = LIMIT_TSS, .rights = RIGHTS_TSS };
	size_t i;
	int ret;

	ret = segment_write(vp, CS, code);
	for (i = 0; !ret && i < ARRAY_SIZE(data_segments); i++)
		ret = segment_write(vp, data_segments[i], data);
	if (!ret)
		ret = segment_write(vp, LDTR, &none);
	if (!ret)
		ret = segment_write(vp, TR, &task);
	return ret;
}

/* The interrupt table of real mode is at 0. In 64-bit mode the guest loads both tables. */
static int tables_write(struct vp *vp, uint16_t idt_limit)
{
	const struct setting settings[] = {
		{ TDX_FIELD32(0x4810), 0, ALL },
		{ TDX_FIELD64(0x6816), 0, ALL },
		{ TDX_FIELD32(0x4812), idt_limit, ALL },
		{ TDX_FIELD64(0x6818), 0, ALL },
		/* An earlier guest may have left these, or this VP before its INIT. */
		{ TDX_INTERRUPTIBILITY, 0, 0xb },
		{ TDX_ENTRY_EVENT, 0, UINT32_MAX },
		{ TDX_PAT, PAT_RESET, ALL },
		{ TDX_FIELD32(0x482a), 0, ALL },
		{ TDX_FIELD64(0x6824), 0, ALL },
		{ TDX_FIELD64(0x6826), 0, ALL },
	};

	return settings_write(vp, settings, ARRAY_SIZE(settings));
}

/* CR0 is written last, since paging needs the other registers. */
static int long_mode_write(struct vp *vp, uint64_t cr3)
{
	const struct setting settings[] = {
		{ TDX_CR3, cr3, ALL },
		{ FIELD_CR4, CR4_PAE | CR4_PGE, CR4_PAE | CR4_PGE },
		{ TDX_EFER, EFER_LME | EFER_LMA, EFER_LME | EFER_LMA },
		{ FIELD_CR0, CR0_PE | CR0_MP | CR0_ET | CR0_WP | CR0_PG, CR0_BITS },
		{ TDX_ENTRY_CONTROLS, IA32E_GUEST, IA32E_GUEST },
	};

	return settings_write(vp, settings, ARRAY_SIZE(settings));
}

static int real_mode_write(struct vp *vp)
{
	const struct setting settings[] = {
		{ FIELD_CR0, CR0_ET, CR0_BITS },
		{ TDX_CR3, 0, ALL },
		{ FIELD_CR4, 0, CR4_PAE | CR4_PGE },
		{ TDX_EFER, 0, EFER_LME | EFER_LMA },
		{ TDX_ENTRY_CONTROLS, 0, IA32E_GUEST },
	};

	return settings_write(vp, settings, ARRAY_SIZE(settings));
}

static int msr_open(struct vp *vp, uint32_t msr, bool write)
{
	uint64_t word = (msr & 0x1fff) / 64 + (msr >> 31 ? BITMAP_HIGH : 0) +
			(write ? BITMAP_WRITES : 0);
	const struct setting setting = { TDX_MSR_BITMAP(word), 0, 1ULL << msr % 64 };

	return settings_write(vp, &setting, 1);
}

static int msrs_open(struct vp *vp, const uint32_t *msrs, size_t count)
{
	int ret = 0;
	size_t i;

	for (i = 0; !ret && i < count; i++) {
		ret = msr_open(vp, msrs[i], false);
		if (!ret)
			ret = msr_open(vp, msrs[i], true);
	}
	return ret;
}

/*
 * The CPU serves task priority, EOI and self-IPI, as when OpenHCL offloads an x2APIC; the VMM
 * serves all other registers.
 */
static int interrupt_controls_write(struct vp *vp)
{
	static const uint32_t msrs[] = { MSR_TPR, MSR_EOI, MSR_SELF_IPI };
	const struct setting settings[] = {
		{ TDX_L2_CONTROLS, 0, 3 },
		{ TDX_SECONDARY_CONTROLS, VIRTUAL_INTERRUPT_DELIVERY, VIRTUAL_INTERRUPT_DELIVERY },
	};
	int ret = settings_write(vp, settings, ARRAY_SIZE(settings));

	return ret ? ret : msrs_open(vp, msrs, ARRAY_SIZE(msrs));
}

int vcpu_open_registers(struct vp *vp)
{
	static const uint32_t msrs[] = { MSR_FS_BASE, MSR_GS_BASE, MSR_KERNEL_GS_BASE };
	const struct setting settings[] = {
		{ FIELD_CR0_MASK, 0, ALL },
		{ FIELD_CR4_MASK, CR4_OWNED, ALL },
		{ FIELD_CR4_SHADOW, 0, ALL },
	};
	int ret = settings_write(vp, settings, ARRAY_SIZE(settings));

	if (!ret)
		ret = msrs_open(vp, msrs, ARRAY_SIZE(msrs));
	/* VTL0 may read the TSC, but not write it, since VTL2 uses it, too. */
	return ret ? ret : msr_open(vp, MSR_TSC, false);
}

int vcpu_write_cr4(struct vp *vp, uint64_t value)
{
	const struct setting settings[] = {
		{ FIELD_CR4_SHADOW, value, CR4_OWNED },
		{ FIELD_CR4, value, CR4_WRITABLE },
	};

	if (value & (CR4_VMXE | CR4_SMXE))
		return -EINVAL;
	return settings_write(vp, settings, ARRAY_SIZE(settings));
}

static void registers_fill(struct vp *vp)
{
	struct mshv_tdx_context *context = vp->context;
	const uint16_t fcw = FCW_RESET;
	const uint32_t mxcsr = MXCSR_RESET;

	apic_reset(vp);
	memset(&context->vp_state, 0, sizeof(context->vp_state));
	memset(&context->gpr, 0, sizeof(context->gpr));
	memset(context->fx_state, 0, sizeof(context->fx_state));
	memcpy(context->fx_state, &fcw, sizeof(fcw));
	memcpy(context->fx_state + FX_MXCSR, &mxcsr, sizeof(mxcsr));
	context->entry_rcx = TDX_ENTRY_RCX;
	context->gpr.rflags = RFLAGS_FIXED;
}

static int vcpu_begin(struct vp *vp)
{
	registers_fill(vp);
	return interrupt_controls_write(vp);
}

int vcpu_set_long_mode(struct vp *vp, const struct vcpu_state *state)
{
	const struct segment_state code = {
		.selector = state->code_selector, .limit = LIMIT_FLAT, .rights = RIGHTS_CODE,
	};
	const struct segment_state data = {
		.selector = state->data_selector, .limit = LIMIT_FLAT, .rights = RIGHTS_DATA,
	};
	int ret = vcpu_begin(vp);

	if (!ret)
		ret = tables_write(vp, 0);
	if (!ret)
		ret = long_mode_write(vp, state->cr3);
	if (!ret)
		ret = segments_write(vp, &code, &data);
	vp->context->gpr.rip = state->rip;
	vp->context->gpr.rdi = state->rdi;
	vp->context->gpr.rsi = state->rsi;
	return ret;
}

int vcpu_set_real_mode(struct vp *vp, uint8_t vector)
{
	const struct segment_state code = {
		.selector = vector << 8, .base = (uint64_t)vector << 12,
		.limit = LIMIT_REAL, .rights = RIGHTS_CODE_REAL,
	};
	static const struct segment_state data = {
		.limit = LIMIT_REAL, .rights = RIGHTS_DATA_REAL,
	};
	int ret = vcpu_begin(vp);

	if (!ret)
		ret = tables_write(vp, LIMIT_REAL);
	if (!ret)
		ret = real_mode_write(vp);
	return ret ? ret : segments_write(vp, &code, &data);
}
