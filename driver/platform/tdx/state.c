// SPDX-License-Identifier: GPL-2.0-only
/*
 * Registers that the TDX module neither switches nor protects between VTL2 and
 * VTL0: the CPU has one copy of each for both. docs/state.md lists them all, each with
 * its test.
 *
 * VTL2's values are saved before VTL0 is entered, and restored before VTL2 uses them.
 * There are two groups:
 *
 *   session  MSRs of SYSCALL and SWAPGS, TSC_AUX and the shadow stack pointers are used
 *            by user space, and on the transitions between user space and the
 *            kernel. The kernel itself, its interrupts included, does not use them.
 *   entry    All other registers: the kernel's interrupts may use or overwrite them.
 *
 * Between vtl_tdx_state_enter() and vtl_tdx_state_leave() the registers have VTL0's
 * values, and no other code of VTL2 may run, not even a tracer or a probe: all
 * functions there are noinstr.
 *
 * VTL0's values come from the run page, in which the VMM may write anything, or from
 * VTL0 itself. A value of the VMM is loaded by an instruction that may fail, or is
 * made valid first.
 */
#include <linux/cpufeature.h>
#include <linux/irqflags.h>
#include <linux/log2.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <asm/debugreg.h>
#include <asm/fpu/api.h>
#include <asm/fpu/types.h>
#include <asm/fpu/xcr.h>
#include <asm/special_insns.h>

#include "compat.h"
#include "insn.h"
#include "tdx.h"

/* Bits of MXCSR on every CPU with SSE2, for a CPU that does not report a mask. */
#define MXCSR_MASK_DEFAULT	0x0000ffbf

/* The enable bits of the four breakpoints; and the value with all of them off. */
#define DR7_ENABLE		0xffULL
#define DR7_OFF			0x400ULL

/* Intel SDM, CPUID. */
#define CPUID_1_ECX_XSAVE		BIT(26)
#define CPUID_7_ECX_PKU			BIT(3)
#define CPUID_7_ECX_SHSTK		BIT(7)
#define CPUID_7_EDX_IBT			BIT(20)
#define CPUID_7_EDX_SPEC_CTRL		BIT(26)
#define CPUID_D1_EAX_XSAVES		BIT(3)
#define CPUID_D1_EAX_XFD		BIT(4)

#define PREDICTOR_BARRIER_NEVER		0
#define PREDICTOR_BARRIER_SESSION	1
#define PREDICTOR_BARRIER_EXIT		2

static unsigned int predictor_barrier = PREDICTOR_BARRIER_SESSION;
module_param(predictor_barrier, uint, 0644);
MODULE_PARM_DESC(predictor_barrier,
		 "Keep branch predictions of VTL0 from VTL2: 0: never; 1: before the VMM or another task runs (default); 2: at each exit");

/*
 * @bits: those that exist. The upper half of TSC_AUX is reserved. OpenHCL's VMM stores the
 * whole value that VTL0 wrote; WRMSR would fail, and with it the run.
 */
static const struct {
	u32 msr;
	size_t offset;
	u64 bits;
} session_msrs[TDX_SESSION_MSRS] = {
	{ MSR_KERNEL_GS_BASE, offsetof(struct mshv_tdx_vp_state, msr_kernel_gs_base), ~0ULL },
	{ MSR_STAR, offsetof(struct mshv_tdx_vp_state, msr_star), ~0ULL },
	{ MSR_LSTAR, offsetof(struct mshv_tdx_vp_state, msr_lstar), ~0ULL },
	{ MSR_SYSCALL_MASK, offsetof(struct mshv_tdx_vp_state, msr_sfmask), ~0ULL },
	{ MSR_TSC_AUX, offsetof(struct mshv_tdx_vp_state, msr_tsc_aux), U32_MAX },
};

/*
 * The VMM does not have their values. The first one also exists with indirect branch
 * tracking; the others only with shadow stacks. (Intel SDM, volume 4, table 2-2.)
 */
static const u32 cet_msrs[TDX_CET_MSRS] = {
	MSR_IA32_U_CET, MSR_IA32_PL0_SSP, MSR_IA32_PL1_SSP, MSR_IA32_PL2_SSP,
	MSR_IA32_PL3_SSP,
};

/* Features of the CPU that the kernel uses. Set once by vtl_tdx_state_init(). */
static struct {
	unsigned int cet_count;
	bool xfd;
	bool pkru;
	bool pkru_unused;
	bool xcr0;
	bool predictor_barrier;
	u64 host_xcr0;
	u64 components;
	size_t area_size;
	u32 mxcsr_mask;
	unsigned int entry_count;
	u32 entry_msrs[TDX_ENTRY_MSRS];
	unsigned int entry_xss;
} features __ro_after_init;

static u64 *session_field(struct mshv_tdx_context *context, unsigned int i)
{
	return (void *)&context->vp_state + session_msrs[i].offset;
}

/* Restores the first @count MSRs. */
static void session_msrs_restore(const struct tdx_state *state, unsigned int count)
{
	while (count--)
		compat_wrmsrq(session_msrs[count].msr, state->session_vtl2[count]);
}

static int session_msrs_load(struct tdx_state *state,
			     struct mshv_tdx_context *context)
{
	unsigned int i;
	u64 value;

	for (i = 0; i < TDX_SESSION_MSRS; i++) {
		compat_rdmsrq(session_msrs[i].msr, state->session_vtl2[i]);
		value = READ_ONCE(*session_field(context, i)) & session_msrs[i].bits;
		if (value == state->session_vtl2[i])
			continue;
		if (compat_wrmsrq_safe(session_msrs[i].msr, value)) {
			session_msrs_restore(state, i);
			return -EINVAL;
		}
	}
	return 0;
}

/* VTL0 may have changed them without an exit (SWAPGS, or as the MSR bitmap allows). */
static void session_msrs_store(const struct tdx_state *state,
			       struct mshv_tdx_context *context)
{
	unsigned int i;
	u64 value;

	for (i = 0; i < TDX_SESSION_MSRS; i++) {
		compat_rdmsrq(session_msrs[i].msr, value);
		WRITE_ONCE(*session_field(context, i), value);
		if (value != state->session_vtl2[i])
			compat_wrmsrq(session_msrs[i].msr, state->session_vtl2[i]);
	}
}

static void cet_msrs_load(struct tdx_state *state)
{
	unsigned int i;

	for (i = 0; i < features.cet_count; i++) {
		compat_rdmsrq(cet_msrs[i], state->cet_vtl2[i]);
		if (state->cet_vtl0[i] != state->cet_vtl2[i])
			compat_wrmsrq(cet_msrs[i], state->cet_vtl0[i]);
	}
}

static void cet_msrs_store(struct tdx_state *state)
{
	unsigned int i;

	for (i = 0; i < features.cet_count; i++) {
		compat_rdmsrq(cet_msrs[i], state->cet_vtl0[i]);
		if (state->cet_vtl0[i] != state->cet_vtl2[i])
			compat_wrmsrq(cet_msrs[i], state->cet_vtl2[i]);
	}
}

/* Checks that the CPU accepts VTL0's XSS, and restores that of VTL2. */
static int xss_load(struct tdx_state *state, struct mshv_tdx_context *context)
{
	u64 value = READ_ONCE(context->vp_state.msr_xss);
	u64 vtl2;

	if (features.entry_xss >= features.entry_count)
		return 0;

	compat_rdmsrq(MSR_IA32_XSS, vtl2);
	if (value != vtl2) {
		if (compat_wrmsrq_safe(MSR_IA32_XSS, value))
			return -EINVAL;
		compat_wrmsrq(MSR_IA32_XSS, vtl2);
	}
	state->entry_vtl0[features.entry_xss] = value;
	return 0;
}

/*
 * The run page has the 512 bytes of FXSAVE, which the VMM may read after the session;
 * the rest is only in the kernel's own area. Reserved bits of MXCSR are cleared, since
 * loading them would fault; the header never comes from the VMM.
 */
static void extended_fetch(struct xregs_state *area, const struct mshv_tdx_context *context)
{
	memcpy(&area->i387, context->fx_state, sizeof(context->fx_state));
	area->i387.mxcsr &= features.mxcsr_mask;
	if (features.components)
		area->header.xfeatures |= XFEATURE_MASK_FPSSE;
}

int vtl_tdx_state_session_begin(struct tdx_state *state,
				struct mshv_tdx_context *context)
{
	int ret = xss_load(state, context);

	if (!ret)
		ret = session_msrs_load(state, context);
	if (ret)
		return ret;

	/*
	 * After this, the task's extended state is in memory, and is loaded when
	 * the task returns to user space. So each entry may load VTL0's state,
	 * with interrupts off, and store it at the exit; code of the kernel that
	 * uses these registers in between does not have to save them. The task's
	 * U_CET and PL3_SSP belong to that state, so they are still VTL2's here.
	 */
	kernel_fpu_begin();
	kernel_fpu_end();
	cet_msrs_load(state);
	extended_fetch(state->extended, context);
	state->cr2 = READ_ONCE(context->vp_state.cr2);
	return 0;
}

static void predictor_barrier_issue(void)
{
	if (features.predictor_barrier)
		compat_wrmsrq(MSR_IA32_PRED_CMD, PRED_CMD_IBPB);
}

void vtl_tdx_state_session_end(struct tdx_state *state,
			       struct mshv_tdx_context *context)
{
	const struct xregs_state *area = state->extended;

	session_msrs_store(state, context);
	cet_msrs_store(state);
	memcpy(context->fx_state, &area->i387, sizeof(context->fx_state));
	WRITE_ONCE(context->vp_state.cr2, state->cr2);
	if (features.entry_xss < features.entry_count)
		WRITE_ONCE(context->vp_state.msr_xss,
			   state->entry_vtl0[features.entry_xss]);
	if (READ_ONCE(predictor_barrier) == PREDICTOR_BARRIER_SESSION)
		predictor_barrier_issue();
}

/*
 * Tile data that XFD disables cannot be loaded or stored, so XFD is 0 during that.
 * The components are those of VTL2's XCR0.
 */
static __always_inline void extended_load(struct tdx_state *state)
{
	if (features.xfd) {
		state->xfd_vtl2 = insn_rdmsr(MSR_IA32_XFD);
		if (state->xfd_vtl2)
			insn_wrmsr(MSR_IA32_XFD, 0);
	}
	insn_extended_load(state->extended, features.components);
	if (features.xfd && state->xfd_vtl0)
		insn_wrmsr(MSR_IA32_XFD, state->xfd_vtl0);
	if (state->xcr0_differs)
		insn_xsetbv(state->xcr0);
}

/* VTL0 cannot change XCR0 without an exit. */
static __always_inline void extended_store(struct tdx_state *state)
{
	if (state->xcr0_differs)
		insn_xsetbv(features.host_xcr0);
	if (features.xfd) {
		state->xfd_vtl0 = insn_rdmsr(MSR_IA32_XFD);
		if (state->xfd_vtl0)
			insn_wrmsr(MSR_IA32_XFD, 0);
	}
	insn_extended_store(state->extended, features.components);
	if (features.xfd && state->xfd_vtl2)
		insn_wrmsr(MSR_IA32_XFD, state->xfd_vtl2);
}

static __always_inline void entry_msrs_load(struct tdx_state *state)
{
	unsigned int i;

	for (i = 0; i < features.entry_count; i++) {
		state->entry_vtl2[i] = insn_rdmsr(features.entry_msrs[i]);
		if (state->entry_vtl0[i] != state->entry_vtl2[i])
			insn_wrmsr(features.entry_msrs[i], state->entry_vtl0[i]);
	}
}

static __always_inline void entry_msrs_store(struct tdx_state *state)
{
	unsigned int i;

	for (i = 0; i < features.entry_count; i++) {
		state->entry_vtl0[i] = insn_rdmsr(features.entry_msrs[i]);
		if (state->entry_vtl0[i] != state->entry_vtl2[i])
			insn_wrmsr(features.entry_msrs[i], state->entry_vtl2[i]);
	}
}

static __always_inline void pkru_load(struct tdx_state *state)
{
	if (!features.pkru)
		return;
	state->pkru_vtl2 = insn_rdpkru();
	if (state->pkru_vtl0 != state->pkru_vtl2)
		insn_wrpkru(state->pkru_vtl0);
}

static __always_inline void pkru_store(struct tdx_state *state)
{
	if (!features.pkru)
		return;
	state->pkru_vtl0 = insn_rdpkru();
	if (state->pkru_vtl0 != state->pkru_vtl2)
		insn_wrpkru(state->pkru_vtl2);
}

/* In most cases all four are equal, so this has one branch for all. */
static __always_inline bool debug_registers_differ(const struct tdx_state *state)
{
	return (insn_read_dr0() ^ state->dr[0]) | (insn_read_dr1() ^ state->dr[1]) |
	       (insn_read_dr2() ^ state->dr[2]) | (insn_read_dr3() ^ state->dr[3]);
}

/*
 * The TDX module switches only DR7. Linux does not use DR0 to DR3 while no breakpoint is
 * active, so VTL0's values are left in them from entry to entry. An interrupt in between
 * may set and clear a breakpoint of VTL2, so they are compared. VTL2's DR7 must not be
 * active with VTL0's addresses: the TDX module returns with the value that it was
 * called with, in which all breakpoints are off. DR6 is written only if it differs, that
 * is while VTL0 is being debugged.
 */
static __always_inline void debug_registers_enter(struct tdx_state *state)
{
	state->dr7_vtl2 = insn_read_dr7();
	if (unlikely(state->dr7_vtl2 & DR7_ENABLE)) {
		insn_write_dr7(DR7_OFF);
		state->dr_vtl2[0] = insn_read_dr0();
		state->dr_vtl2[1] = insn_read_dr1();
		state->dr_vtl2[2] = insn_read_dr2();
		state->dr_vtl2[3] = insn_read_dr3();
	}
	if (unlikely(debug_registers_differ(state))) {
		insn_write_dr0(state->dr[0]);
		insn_write_dr1(state->dr[1]);
		insn_write_dr2(state->dr[2]);
		insn_write_dr3(state->dr[3]);
	}
	if (unlikely(state->dr6 != DR6_RESERVED))
		insn_write_dr6(state->dr6);
}

static __always_inline void debug_registers_leave(struct tdx_state *state)
{
	state->dr[0] = insn_read_dr0();
	state->dr[1] = insn_read_dr1();
	state->dr[2] = insn_read_dr2();
	state->dr[3] = insn_read_dr3();
	state->dr6 = insn_read_dr6();
	if (unlikely(state->dr6 != DR6_RESERVED))
		insn_write_dr6(DR6_RESERVED);
	if (unlikely(state->dr7_vtl2 & DR7_ENABLE)) {
		insn_write_dr0(state->dr_vtl2[0]);
		insn_write_dr1(state->dr_vtl2[1]);
		insn_write_dr2(state->dr_vtl2[2]);
		insn_write_dr3(state->dr_vtl2[3]);
		insn_write_dr7(state->dr7_vtl2);
	}
}

noinstr void vtl_tdx_state_enter(struct tdx_state *state)
{
	/* This is first, so that no breakpoint of VTL2 is hit in the code that follows. */
	debug_registers_enter(state);
	extended_load(state);
	pkru_load(state);
	entry_msrs_load(state);
	insn_write_cr2(state->cr2);
}

noinstr void vtl_tdx_state_leave(struct tdx_state *state)
{
	/* This is first, since a page fault of VTL2 would overwrite CR2. */
	state->cr2 = insn_read_cr2();
	entry_msrs_store(state);
	pkru_store(state);
	extended_store(state);
	debug_registers_leave(state);
	if (unlikely(READ_ONCE(predictor_barrier) == PREDICTOR_BARRIER_EXIT) &&
	    features.predictor_barrier)
		insn_wrmsr(MSR_IA32_PRED_CMD, PRED_CMD_IBPB);
}

static void xcr0_keep(struct tdx_state *state, u64 value)
{
	state->xcr0 = value;
	state->xcr0_differs = features.xcr0 && value != features.host_xcr0;
}

int vtl_tdx_state_xcr0_set(struct tdx_state *state, u64 value)
{
	unsigned long flags, cr4;
	int ret;

	if (!(cpuid_ecx(1) & CPUID_1_ECX_XSAVE))
		return -EINVAL;

	local_irq_save(flags);
	cr4 = native_read_cr4();
	if (!features.xcr0)
		insn_write_cr4(cr4 | X86_CR4_OSXSAVE);
	ret = insn_xsetbv_safe(value);
	if (!ret && features.xcr0)
		insn_xsetbv(features.host_xcr0);
	if (!features.xcr0)
		insn_write_cr4(cr4);
	local_irq_restore(flags);

	if (!ret)
		xcr0_keep(state, value);
	return ret;
}

/* The register always has VTL0's PKRU, since the kernel does not use it. */
static void pkru_clear(void)
{
	unsigned long flags, cr4;

	local_irq_save(flags);
	cr4 = native_read_cr4();
	insn_write_cr4(cr4 | X86_CR4_PKE);
	insn_wrpkru(0);
	insn_write_cr4(cr4);
	local_irq_restore(flags);
}

void vtl_tdx_state_reset(struct tdx_state *state, bool here)
{
	void *extended = state->extended;
	u64 xcr0 = state->xcr0;

	memset(extended, 0, features.area_size);
	memset(state, 0, sizeof(*state));
	state->extended = extended;
	xcr0_keep(state, XFEATURE_MASK_FP);
	state->dr6 = DR6_RESERVED;
	if (!here)
		return;
	/* If the kernel does not use XCR0, the register has VTL0's value. */
	if (xcr0 != XFEATURE_MASK_FP && !features.xcr0)
		vtl_tdx_state_xcr0_set(state, XFEATURE_MASK_FP);
	if (features.pkru_unused)
		pkru_clear();
}

/* FXSAVE reports which bits of MXCSR may be set. */
static u32 mxcsr_mask_read(void)
{
	struct fxregs_state *area = kzalloc(sizeof(*area), GFP_KERNEL);
	u32 mask = 0;

	if (area) {
		kernel_fpu_begin();
		insn_extended_store(area, 0);
		kernel_fpu_end();
		mask = area->mxcsr_mask;
		kfree(area);
	}
	return mask ?: MXCSR_MASK_DEFAULT;
}

static void __init entry_msr_add(u32 msr)
{
	features.entry_msrs[features.entry_count++] = msr;
}

static u32 __init features_of_xsave(void)
{
	u32 eax, ebx, ecx, edx;

	if (boot_cpu_data.cpuid_level < 0xd)
		return 0;
	cpuid_count(0xd, 1, &eax, &ebx, &ecx, &edx);
	return eax;
}

/*
 * CPUID decides, not the kernel's features: with "noxsave" the kernel does not use XSS
 * and XFD, but VTL0 still has them. (Intel SDM, CPUID leaves 7 and 0xd.)
 */
static void __init msrs_find(void)
{
	u32 xsave = features_of_xsave();
	u32 eax, ebx, ecx, edx;

	cpuid_count(7, 0, &eax, &ebx, &ecx, &edx);
	features.cet_count = edx & CPUID_7_EDX_IBT ? 1 : 0;
	if (ecx & CPUID_7_ECX_SHSTK)
		features.cet_count = TDX_CET_MSRS;
	features.pkru = native_read_cr4() & X86_CR4_PKE;
	features.pkru_unused = ecx & CPUID_7_ECX_PKU && !features.pkru;
	features.predictor_barrier = edx & CPUID_7_EDX_SPEC_CTRL;
	features.xfd = xsave & CPUID_D1_EAX_XFD;

	/* They are restored in this order. */
	if (edx & CPUID_7_EDX_SPEC_CTRL)
		entry_msr_add(MSR_IA32_SPEC_CTRL);
	if (features.xfd)
		entry_msr_add(MSR_IA32_XFD_ERR);
	features.entry_xss = features.entry_count;
	if (xsave & CPUID_D1_EAX_XSAVES)
		entry_msr_add(MSR_IA32_XSS);
}

/*
 * Without CR4.OSXSAVE the kernel uses neither XCR0 nor state beyond x87 and SSE, so
 * VTL0's values of these are left in the registers. The same applies to protection
 * keys. PKRU is switched separately, so it is not part of the extended state.
 */
static void __init extended_find(void)
{
	u32 eax, ecx, edx, size = sizeof(struct fxregs_state);

	features.xcr0 = native_read_cr4() & X86_CR4_OSXSAVE;
	if (features.xcr0) {
		features.host_xcr0 = xgetbv(XCR_XFEATURE_ENABLED_MASK);
		features.components = features.host_xcr0 & ~XFEATURE_MASK_PKRU;
		/* EBX: the size of the components that XCR0 enables. */
		cpuid_count(0xd, 0, &eax, &size, &ecx, &edx);
	}
	features.area_size = roundup_pow_of_two(size);
	features.mxcsr_mask = mxcsr_mask_read();
}

void __init vtl_tdx_state_init(void)
{
	msrs_find();
	extended_find();
}

/* kzalloc() aligns a power of two to its size, which is at least the 64 that XSAVE needs. */
void *vtl_tdx_state_alloc(void)
{
	return kzalloc(features.area_size, GFP_KERNEL);
}
