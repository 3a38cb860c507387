// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the TDX module does not switch between VTL2 and VTL0: extended state,
 * CR2 and a few MSRs are one copy for both. VTL2's values are put away before
 * VTL0 is entered and are back before anything of VTL2 looks.
 *
 * VTL0's values come from the run page, which the VMM may fill with anything:
 * each goes through an instruction that is allowed to fail, or is made harmless
 * first.
 */
#include <linux/cpufeature.h>
#include <linux/log2.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <asm/fpu/api.h>
#include <asm/fpu/types.h>
#include <asm/fpu/xcr.h>
#include <asm/special_insns.h>

#include "../../compat.h"
#include "tdx.h"

/*
 * State that a VP may have beyond x87 and SSE. PKRU belongs to the thread, and
 * tiles to whoever the kernel has let use them.
 */
#define XSAVE_MASK	(XFEATURE_MASK_FP | XFEATURE_MASK_SSE | \
			 XFEATURE_MASK_YMM | XFEATURE_MASK_AVX512)

/* Bits of MXCSR that every CPU with SSE2 has, for one that tells no mask. */
#define MXCSR_MASK_DEFAULT	0x0000ffbf

static const struct {
	u32 msr;
	size_t offset;
} state_msrs[] = {
	{ MSR_KERNEL_GS_BASE, offsetof(struct mshv_tdx_vp_state, msr_kernel_gs_base) },
	{ MSR_STAR, offsetof(struct mshv_tdx_vp_state, msr_star) },
	{ MSR_LSTAR, offsetof(struct mshv_tdx_vp_state, msr_lstar) },
	{ MSR_SYSCALL_MASK, offsetof(struct mshv_tdx_vp_state, msr_sfmask) },
	{ MSR_TSC_AUX, offsetof(struct mshv_tdx_vp_state, msr_tsc_aux) },
	{ MSR_IA32_XSS, offsetof(struct mshv_tdx_vp_state, msr_xss) },
};

static_assert(ARRAY_SIZE(state_msrs) == ARRAY_SIZE(((struct x86_state *)0)->msrs));

/* Set once by state_init(). */
static unsigned int state_msrs_count;
static u64 state_xfeatures;
static size_t state_size;
static u32 state_mxcsr_mask;

static u64 *state_field(struct mshv_tdx_context *context, unsigned int i)
{
	return (void *)&context->vp_state + state_msrs[i].offset;
}

/* Puts the first @count MSRs back. */
static void msrs_restore(const struct x86_state *state, unsigned int count)
{
	while (count--)
		compat_wrmsrq(state_msrs[count].msr, state->msrs[count]);
}

static int msrs_switch_to_vtl0(struct x86_state *state,
			       struct mshv_tdx_context *context)
{
	unsigned int i;
	u64 value;

	for (i = 0; i < state_msrs_count; i++) {
		compat_rdmsrq(state_msrs[i].msr, state->msrs[i]);
		value = READ_ONCE(*state_field(context, i));
		if (value == state->msrs[i])
			continue;
		if (compat_wrmsrq_safe(state_msrs[i].msr, value)) {
			msrs_restore(state, i);
			return -EINVAL;
		}
	}
	return 0;
}

/* VTL0 may have changed them without an exit (SWAPGS, or an open MSR bitmap). */
static void msrs_switch_to_vtl2(const struct x86_state *state,
				struct mshv_tdx_context *context)
{
	unsigned int i;
	u64 value;

	for (i = 0; i < state_msrs_count; i++) {
		compat_rdmsrq(state_msrs[i].msr, value);
		WRITE_ONCE(*state_field(context, i), value);
		if (value != state->msrs[i])
			compat_wrmsrq(state_msrs[i].msr, state->msrs[i]);
	}
}

static void xsave_load(const struct xregs_state *xsave)
{
	if (state_xfeatures)
		asm volatile("xrstor64 %0" : : "m" (*xsave),
			     "a" ((u32)state_xfeatures),
			     "d" ((u32)(state_xfeatures >> 32)) : "memory");
	else
		asm volatile("fxrstor64 %0" : : "m" (*xsave) : "memory");
}

static void xsave_store(struct xregs_state *xsave)
{
	if (state_xfeatures)
		asm volatile("xsave64 %0" : "+m" (*xsave)
			     : "a" ((u32)state_xfeatures),
			       "d" ((u32)(state_xfeatures >> 32)) : "memory");
	else
		asm volatile("fxsave64 %0" : "+m" (*xsave) : : "memory");
}

/*
 * The run page has the 512 bytes of FXSAVE; what is beyond stays in the
 * kernel's own area. A reserved bit in MXCSR would fault, so none is loaded;
 * the header is never the VMM's.
 */
static void fpu_switch_to_vtl0(struct mshv_tdx_context *context,
			       struct xregs_state *xsave)
{
	kernel_fpu_begin();
	memcpy(&xsave->i387, context->fx_state, sizeof(context->fx_state));
	xsave->i387.mxcsr &= state_mxcsr_mask;
	if (state_xfeatures)
		xsave->header.xfeatures |= XFEATURE_MASK_FPSSE;
	xsave_load(xsave);
}

static void fpu_switch_to_vtl2(struct mshv_tdx_context *context,
			       struct xregs_state *xsave)
{
	xsave_store(xsave);
	memcpy(context->fx_state, &xsave->i387, sizeof(context->fx_state));
	kernel_fpu_end();
}

int state_switch_to_vtl0(struct x86_state *state,
			 struct mshv_tdx_context *context, void *xsave)
{
	int ret = msrs_switch_to_vtl0(state, context);

	if (ret)
		return ret;

	fpu_switch_to_vtl0(context, xsave);
	native_write_cr2(READ_ONCE(context->vp_state.cr2));
	return 0;
}

void state_switch_to_vtl2(const struct x86_state *state,
			  struct mshv_tdx_context *context, void *xsave)
{
	/* First of all: any page fault of VTL2 would overwrite it. */
	u64 cr2 = native_read_cr2();

	msrs_switch_to_vtl2(state, context);
	fpu_switch_to_vtl2(context, xsave);
	WRITE_ONCE(context->vp_state.cr2, cr2);
}

/* Which bits of MXCSR may be set is told by FXSAVE itself. */
static u32 mxcsr_mask_read(void)
{
	struct fxregs_state *area = kzalloc(sizeof(*area), GFP_KERNEL);
	u32 mask = 0;

	if (area) {
		kernel_fpu_begin();
		asm volatile("fxsave %0" : "+m" (*area));
		kernel_fpu_end();
		mask = area->mxcsr_mask;
		kfree(area);
	}
	return mask ?: MXCSR_MASK_DEFAULT;
}

void state_init(void)
{
	u32 eax, ecx, edx, size = sizeof(struct fxregs_state);

	/* Those that not every CPU has stand last. */
	state_msrs_count = ARRAY_SIZE(state_msrs);
	if (!boot_cpu_has(X86_FEATURE_XSAVES))
		state_msrs_count--;

	if (boot_cpu_has(X86_FEATURE_OSXSAVE)) {
		state_xfeatures = xgetbv(XCR_XFEATURE_ENABLED_MASK) & XSAVE_MASK;
		/* EBX: the size for what XCR0 enables. */
		cpuid_count(0xd, 0, &eax, &size, &ecx, &edx);
	}
	state_size = roundup_pow_of_two(size);
	state_mxcsr_mask = mxcsr_mask_read();
}

/* A power of two is aligned to itself, which is more than the 64 of XSAVE. */
void *state_alloc(void)
{
	return kzalloc(state_size, GFP_KERNEL);
}
