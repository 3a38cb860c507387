// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The first state of a VP: 64-bit mode, flat, at the guest's entry; and what
 * of its interrupt controller the CPU handles without an exit.
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
#define CR4_PAE		0x20
#define CR4_PGE		0x80
#define EFER_LME	0x100
#define EFER_LMA	0x400
#define IA32E_GUEST	0x200
#define VIRTUAL_INTERRUPT_DELIVERY 0x200

#define RIGHTS_CODE	0xa09b
#define RIGHTS_DATA	0xc093
#define RIGHTS_TSS	0x008b
#define RIGHTS_UNUSABLE	0x10000
#define LIMIT_FLAT	0xffffffff
#define LIMIT_TSS	0x67

#define MSR_TPR		0x808
#define MSR_EOI		0x80b
#define MSR_SELF_IPI	0x83f
/* Of the bitmap: reads of low MSRs from word 0 on, writes from here. */
#define BITMAP_WRITES	256

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

static int segment_write(struct vp *vp, enum segment number, uint16_t selector, uint32_t limit,
			 uint32_t rights)
{
	const struct setting settings[] = {
		{ TDX_FIELD16(0x0800 + 2 * number), selector, ALL },
		{ TDX_FIELD32(0x4800 + 2 * number), limit, ALL },
		{ TDX_FIELD32(0x4814 + 2 * number), rights, ALL },
		{ TDX_FIELD64(0x6806 + 2 * number), 0, ALL },
	};

	return settings_write(vp, settings, ARRAY_SIZE(settings));
}

/* Selectors as in the guest's own table, which it loads, but not these. */
static int segments_write(struct vp *vp)
{
	static const enum segment data[] = { ES, SS, DS, FS, GS };
	size_t i;
	int ret;

	ret = segment_write(vp, CS, 0x08, LIMIT_FLAT, RIGHTS_CODE);
	for (i = 0; !ret && i < ARRAY_SIZE(data); i++)
		ret = segment_write(vp, data[i], 0x10, LIMIT_FLAT, RIGHTS_DATA);
	if (!ret)
		ret = segment_write(vp, LDTR, 0, 0, RIGHTS_UNUSABLE);
	if (!ret)
		ret = segment_write(vp, TR, 0, LIMIT_TSS, RIGHTS_TSS);
	return ret;
}

static int control_registers_write(struct vp *vp)
{
	const struct setting settings[] = {
		/* GDTR and IDTR: empty, so that what comes too early ends at once. */
		{ TDX_FIELD32(0x4810), 0, ALL },
		{ TDX_FIELD64(0x6816), 0, ALL },
		{ TDX_FIELD32(0x4812), 0, ALL },
		{ TDX_FIELD64(0x6818), 0, ALL },
		/* CR3, CR4, EFER, and CR0 when all is there that paging needs. */
		{ TDX_FIELD64(0x6802), vp->vm->base + VTL0_TABLES_OFFSET, ALL },
		{ TDX_FIELD64(0x6804), CR4_PAE | CR4_PGE, CR4_PAE | CR4_PGE },
		{ TDX_FIELD64(0x2806), EFER_LME | EFER_LMA, EFER_LME | EFER_LMA },
		{ TDX_FIELD64(0x6800), CR0_PE | CR0_MP | CR0_ET | CR0_WP | CR0_PG,
		  CR0_PE | CR0_MP | CR0_EM | CR0_TS | CR0_ET | CR0_WP | CR0_PG },
		{ TDX_ENTRY_CONTROLS, IA32E_GUEST, IA32E_GUEST },
		/* What an earlier guest may have left. */
		{ TDX_INTERRUPTIBILITY, 0, 0xb },
		{ TDX_ENTRY_EVENT, 0, ALL },
	};

	return settings_write(vp, settings, ARRAY_SIZE(settings));
}

/*
 * Task priority, EOI and self-IPI are the CPU's business, as OpenHCL has it
 * when it offloads an x2APIC; all other registers stay with the VMM.
 */
static int interrupt_controls_write(struct vp *vp)
{
	const uint64_t bits = 1ULL << (MSR_TPR % 64) | 1ULL << (MSR_EOI % 64) |
			      1ULL << (MSR_SELF_IPI % 64);
	const struct setting settings[] = {
		{ TDX_L2_CONTROLS, 0, 3 },
		{ TDX_MSR_BITMAP(MSR_TPR / 64), 0, bits },
		{ TDX_MSR_BITMAP(BITMAP_WRITES + MSR_TPR / 64), 0, bits },
		{ TDX_SECONDARY_CONTROLS, VIRTUAL_INTERRUPT_DELIVERY, VIRTUAL_INTERRUPT_DELIVERY },
	};

	return settings_write(vp, settings, ARRAY_SIZE(settings));
}

static void registers_fill(struct vp *vp)
{
	struct mshv_tdx_context *context = vp->context;
	const uint16_t fcw = FCW_RESET;
	const uint32_t mxcsr = MXCSR_RESET;

	memset(vp->apic, 0, PAGE_SIZE);
	memcpy(context->fx_state, &fcw, sizeof(fcw));
	memcpy(context->fx_state + FX_MXCSR, &mxcsr, sizeof(mxcsr));
	context->entry_rcx = TDX_ENTRY_RCX;
	/* No timer, whatever an earlier guest has left. */
	context->tsc_deadline.deadline = 0;
	context->tsc_deadline.update = 1;
	context->gpr.rip = vp->vm->base + vp->vm->image.entry;
	context->gpr.rflags = RFLAGS_FIXED;
	context->gpr.rdi = vp->vm->base + VTL0_BOOT_OFFSET;
	context->gpr.rsi = vp->number;
}

int vcpu_setup(struct vp *vp)
{
	int ret;

	registers_fill(vp);
	ret = interrupt_controls_write(vp);
	if (!ret)
		ret = control_registers_write(vp);
	if (!ret)
		ret = segments_write(vp);
	return ret;
}
