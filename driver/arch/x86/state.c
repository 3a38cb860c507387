// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the TDX module does not switch between VTL2 and VTL0: extended state,
 * CR2 and a few MSRs are one copy for both. VTL2's values are put away before
 * VTL0 is entered and are back before anything of VTL2 looks.
 *
 * When that is differs. The MSRs of the system call and of SWAPGS, and TSC_AUX,
 * are read by the CPU on its way from and to user space, and by user space:
 * VTL0's stay for a whole stay, as KVM's do. The kernel's own interrupts may use
 * the extended state, and overwrite CR2: these are switched at each entry.
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
};

static_assert(ARRAY_SIZE(state_msrs) == ARRAY_SIZE(((struct x86_state *)0)->msrs));

/* Set once by state_init(). */
static bool state_has_xss;
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

	for (i = 0; i < ARRAY_SIZE(state_msrs); i++) {
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

	for (i = 0; i < ARRAY_SIZE(state_msrs); i++) {
		compat_rdmsrq(state_msrs[i].msr, value);
		WRITE_ONCE(*state_field(context, i), value);
		if (value != state->msrs[i])
			compat_wrmsrq(state_msrs[i].msr, state->msrs[i]);
	}
}

/* Whether the CPU takes VTL0's XSS is tried out here, and VTL2's is back. */
static int xss_begin(struct x86_state *state, struct mshv_tdx_context *context)
{
	if (!state_has_xss)
		return 0;

	compat_rdmsrq(MSR_IA32_XSS, state->xss.vtl2);
	state->xss.vtl0 = READ_ONCE(context->vp_state.msr_xss);
	if (state->xss.vtl0 == state->xss.vtl2)
		return 0;
	if (compat_wrmsrq_safe(MSR_IA32_XSS, state->xss.vtl0))
		return -EINVAL;
	compat_wrmsrq(MSR_IA32_XSS, state->xss.vtl2);
	return 0;
}

static void xss_enter(const struct x86_state *state)
{
	if (state_has_xss && state->xss.vtl0 != state->xss.vtl2)
		compat_wrmsrq(MSR_IA32_XSS, state->xss.vtl0);
}

/* VTL0 may have changed it without an exit, too. */
static void xss_leave(struct x86_state *state)
{
	if (!state_has_xss)
		return;
	compat_rdmsrq(MSR_IA32_XSS, state->xss.vtl0);
	if (state->xss.vtl0 != state->xss.vtl2)
		compat_wrmsrq(MSR_IA32_XSS, state->xss.vtl2);
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
 * The run page has the 512 bytes of FXSAVE, which the VMM may look at after the
 * stay; what is beyond stays in the kernel's own area. A reserved bit in MXCSR
 * would fault, so none is loaded; the header is never the VMM's.
 */
static void fpu_fetch(struct xregs_state *xsave, const struct mshv_tdx_context *context)
{
	memcpy(&xsave->i387, context->fx_state, sizeof(context->fx_state));
	xsave->i387.mxcsr &= state_mxcsr_mask;
	if (state_xfeatures)
		xsave->header.xfeatures |= XFEATURE_MASK_FPSSE;
}

int state_stay_begin(struct x86_state *state, struct mshv_tdx_context *context)
{
	int ret = xss_begin(state, context);

	if (!ret)
		ret = msrs_switch_to_vtl0(state, context);
	if (ret)
		return ret;

	/*
	 * From here on the registers are nobody's: the task's are in its memory,
	 * and are loaded when it returns to user space. So each entry may load
	 * VTL0's, with interrupts off, as long as it keeps them at the exit; the
	 * kernel's own users save nothing in between.
	 */
	kernel_fpu_begin();
	kernel_fpu_end();
	fpu_fetch(state->xsave, context);
	state->cr2 = READ_ONCE(context->vp_state.cr2);
	return 0;
}

void state_stay_end(struct x86_state *state, struct mshv_tdx_context *context)
{
	const struct xregs_state *xsave = state->xsave;

	msrs_switch_to_vtl2(state, context);
	memcpy(context->fx_state, &xsave->i387, sizeof(context->fx_state));
	WRITE_ONCE(context->vp_state.cr2, state->cr2);
	if (state_has_xss)
		WRITE_ONCE(context->vp_state.msr_xss, state->xss.vtl0);
}

void state_enter(struct x86_state *state)
{
	xsave_load(state->xsave);
	xss_enter(state);
	native_write_cr2(state->cr2);
}

void state_leave(struct x86_state *state)
{
	/* First of all: any page fault of VTL2 would overwrite it. */
	state->cr2 = native_read_cr2();
	xss_leave(state);
	xsave_store(state->xsave);
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

	state_has_xss = boot_cpu_has(X86_FEATURE_XSAVES);
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
