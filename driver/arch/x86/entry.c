// SPDX-License-Identifier: GPL-2.0-only
/*
 * x86: VTL0 is an L2 VM of the TDX module, entered with TDG.VP.ENTER.
 *
 * Owns: one entry, and what of its exits is handled here. The virtual APIC is
 * vapic.c, unswitched registers are state.c, IPIs ipi.c, the call tdcall.c.
 */
#include <linux/cpumask.h>
#include <linux/err.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/nospec.h>
#include <linux/math64.h>
#include <linux/percpu.h>
#include <linux/slab.h>

#include <asm/cpufeature.h>
#include <asm/special_insns.h>
#include <asm/tsc.h>

#include "../../arch.h"
#include "../../compat.h"
#include "../../vp.h"
#include "tdx.h"

#define MSR_X2APIC_ICR		0x830
#define HV_MSR_GUEST_IDLE	0x400000f0
#define HV_MSR_ICR		0x40000071

/* Flags of struct mshv_tdx_vp_state: WBINVD, WBNOINVD. */
#define TDX_VP_STATE_FLUSH	0x3ULL

/* Longest halt without a look at the deadline: an hour. */
#define HALT_MS_MAX		(3600 * MSEC_PER_SEC)

static_assert(sizeof(struct mshv_tdx_context) == 1024);
static_assert(offsetof(struct mshv_tdx_context, vp_state) == 136);
static_assert(offsetof(struct mshv_tdx_context, entry_rcx) == 232);
static_assert(offsetof(struct mshv_tdx_context, gpr) == 240);
static_assert(offsetof(struct mshv_tdx_context, gpr.rvi) == 392);
static_assert(offsetof(struct mshv_tdx_context, tsc_deadline) == 400);
static_assert(offsetof(struct mshv_tdx_context, fx_state) == 496);

/* Filled in by vtl_arch_vp_prepare() under x86_vp_lock; @vapic comes last. */
static DEFINE_PER_CPU(struct x86_vp, x86_vps);
static DEFINE_MUTEX(x86_vp_lock);

static int vp_alloc(unsigned int cpu, struct x86_vp *vp)
{
	struct page *page;

	vp->state.xsave = state_alloc();
	if (!vp->state.xsave)
		return -ENOMEM;

	page = alloc_pages_node(cpu_to_node(cpu), GFP_KERNEL | __GFP_ZERO, 0);
	if (!page) {
		kfree(vp->state.xsave);
		vp->state.xsave = NULL;
		return -ENOMEM;
	}
	/* Pairs with the load in vtl_arch_vp_prepare(). */
	smp_store_release(&vp->vapic, page_address(page));
	return 0;
}

int vtl_arch_vp_prepare(unsigned int cpu)
{
	struct x86_vp *vp = per_cpu_ptr(&x86_vps, cpu);
	int ret = 0;

	if (!tdcall_available())
		return -EOPNOTSUPP;
	/* Pairs with the store in vp_alloc(). */
	if (smp_load_acquire(&vp->vapic))
		return 0;

	mutex_lock(&x86_vp_lock);
	if (!vp->vapic)
		ret = vp_alloc(cpu, vp);
	mutex_unlock(&x86_vp_lock);
	return ret;
}

void vtl_arch_vp_free_all(void)
{
	struct x86_vp *vp;
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		vp = per_cpu_ptr(&x86_vps, cpu);
		if (vp->vapic)
			put_page(virt_to_page(vp->vapic));
		kfree(vp->state.xsave);
		memset(vp, 0, sizeof(*vp));
	}
}

struct page *vtl_arch_page_get(unsigned long kind, unsigned long cpu)
{
	struct page *page;
	int ret;

	if (kind != MSHV_VTL_PAGE_VIRTUAL_APIC || cpu >= nr_cpu_ids)
		return NULL;

	cpu = array_index_nospec(cpu, nr_cpu_ids);
	if (!cpu_online(cpu))
		return NULL;
	ret = vtl_arch_vp_prepare(cpu);
	if (ret)
		return ret == -ENOMEM ? ERR_PTR(ret) : NULL;

	page = virt_to_page(per_cpu(x86_vps.vapic, cpu));
	get_page(page);
	return page;
}

static bool offloads(struct mshv_vtl_run *run, u8 flag)
{
	return READ_ONCE(run->offload_flags) & flag;
}

/* An interrupt can be delivered: what it ends of a halt is over. */
static void halt_clear(struct mshv_vtl_run *run)
{
	run->offload_flags &= ~(MSHV_VTL_OFFLOAD_HALT_HLT |
				MSHV_VTL_OFFLOAD_HALT_IDLE);
	if (!offloads(run, MSHV_VTL_OFFLOAD_HALT_OTHER))
		run->flags &= ~MSHV_VTL_RUN_HALTED;
}

bool vtl_arch_pull(struct mshv_vtl_run *run, bool fresh)
{
	struct mshv_tdx_l2_enter_guest_state *gpr = &tdx_context(run)->gpr;
	struct x86_vp *vp = this_cpu_ptr(&x86_vps);
	unsigned int pulled;

	/* Without the offload the VMM has the virtual APIC for itself. */
	if (unlikely(!offloads(run, MSHV_VTL_OFFLOAD_INTR_INJECT)))
		return READ_ONCE(run->scan_proxy_irr);

	if (unlikely(fresh))
		vapic_look(vp->vapic, gpr);
	pulled = vp_pull(run, vp->bits);
	if (pulled & (VP_PULLED_VMM - 1))
		vapic_merge(vp->vapic, gpr, vp->bits, pulled & (VP_PULLED_VMM - 1));

	if (unlikely(READ_ONCE(run->flags) & MSHV_VTL_RUN_HALTED) &&
	    vapic_is_deliverable(vp->vapic, gpr))
		halt_clear(run);
	return pulled & VP_PULLED_VMM;
}

/* True if the TDX module took the virtual APIC page. */
static bool vapic_configure(struct x86_vp *vp)
{
	if (!vp->configured)
		vp->configured = !tdcall_field_write(TDX_FIELD_VIRTUAL_APIC,
						     virt_to_phys(vp->vapic),
						     PAGE_MASK);
	return vp->configured;
}

static void deadline_update(struct mshv_tdx_tsc_deadline *timer)
{
	u64 deadline;

	if (!(READ_ONCE(timer->update) & 1))
		return;

	deadline = READ_ONCE(timer->deadline);
	WRITE_ONCE(timer->update, 0);
	tdcall_field_write(TDX_FIELD_TSC_DEADLINE, deadline ?: TDX_DEADLINE_OFF,
			   ~0ULL);
}

/*
 * The VMM asks for what VTL0's own WBINVD would do. A TDX guest has no such
 * instruction; there the caches are the host's to keep coherent.
 */
static void caches_flush(struct mshv_tdx_vp_state *state)
{
	u64 flags = READ_ONCE(state->flags);

	if (likely(!(flags & TDX_VP_STATE_FLUSH)))
		return;

	WRITE_ONCE(state->flags, flags & ~TDX_VP_STATE_FLUSH);
	if (!cpu_feature_enabled(X86_FEATURE_TDX_GUEST))
		wbinvd();
}

/* RAX as if VTL0 had not run, for a turn in which it does not. */
static void exit_preset(struct mshv_tdx_context *context)
{
	WRITE_ONCE(context->exit.rax, (u64)TDX_PENDING_INTERRUPT << 32);
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

/* The TDX module has forgotten, or never knew, the virtual APIC page. */
static bool vapic_is_unknown(const struct tdcall_regs *regs)
{
	return TDX_STATUS(regs->rax) == TDX_OPERAND_INVALID &&
	       (u32)regs->rax == TDX_OPERAND_VIRTUAL_APIC;
}

int vtl_arch_stay_begin(struct mshv_vtl_run *run)
{
	struct mshv_tdx_context *context = tdx_context(run);

	this_cpu_write(x86_vps.gpr, virt_to_phys(&context->gpr));
	exit_preset(context);
	deadline_update(&context->tsc_deadline);
	caches_flush(&context->vp_state);
	return state_stay_begin(this_cpu_ptr(&x86_vps.state), context);
}

void vtl_arch_stay_end(struct mshv_vtl_run *run)
{
	struct mshv_tdx_context *context = tdx_context(run);
	struct x86_vp *vp = this_cpu_ptr(&x86_vps);

	state_stay_end(&vp->state, context);
	exit_store(&context->exit, &vp->regs);
}

/*
 * TDG.VP.ENTER takes RAX, RCX and RDX alone: what the others hold, from the exit
 * before, does not reach VTL0.
 */
void vtl_arch_enter(struct mshv_vtl_run *run)
{
	struct mshv_tdx_context *context = tdx_context(run);
	struct x86_vp *vp = this_cpu_ptr(&x86_vps);
	struct tdcall_regs *regs = &vp->regs;

	vapic_configure(vp);
	regs->rax = TDG_VP_ENTER;
	regs->rcx = READ_ONCE(context->entry_rcx);
	regs->rdx = vp->gpr;

	state_enter(&vp->state);
	tdcall(regs);
	state_leave(&vp->state);

	if (unlikely(vapic_is_unknown(regs)))
		vp->configured = false;
}

static void step_over(struct mshv_tdx_context *context)
{
	context->gpr.rip += this_cpu_read(x86_vps.regs.r11) >> 32;
}

/*
 * STI and HLT: the instruction after STI is over, so is its shadow; else the
 * interrupt that ends the halt would come one instruction late.
 */
static int exit_halt(struct mshv_vtl_run *run, u8 reason)
{
	tdcall_field_write(TDX_FIELD_INTERRUPTIBILITY, 0, 1);
	step_over(tdx_context(run));
	run->flags |= MSHV_VTL_RUN_HALTED;
	run->offload_flags |= reason;
	return 1;
}

static int exit_rdmsr(struct mshv_vtl_run *run)
{
	if ((u32)tdx_context(run)->gpr.rcx != HV_MSR_GUEST_IDLE)
		return 0;
	return exit_halt(run, MSHV_VTL_OFFLOAD_HALT_IDLE);
}

static int exit_wrmsr(struct mshv_vtl_run *run)
{
	struct mshv_tdx_context *context = tdx_context(run);
	u32 msr = context->gpr.rcx;

	if (!offloads(run, MSHV_VTL_OFFLOAD_X2APIC) ||
	    (msr != MSR_X2APIC_ICR && msr != HV_MSR_ICR))
		return 0;
	if (!ipi_send(context->gpr.rdx << 32 | (u32)context->gpr.rax))
		return 0;

	step_over(context);
	return 1;
}

static int exit_reason_handle(struct mshv_vtl_run *run, u32 reason)
{
	switch (reason) {
	case TDX_EXIT_HLT:
		return exit_halt(run, MSHV_VTL_OFFLOAD_HALT_HLT);
	case TDX_EXIT_RDMSR:
		return exit_rdmsr(run);
	case TDX_EXIT_WRMSR:
		return exit_wrmsr(run);
	default:
		return 0;
	}
}

/*
 * The host took an exit of VTL0's and gave it to us to resume: the exit is not
 * ours, but an event whose delivery it cut short is.
 */
static int exit_reinject(const struct tdcall_regs *exit)
{
	u64 event = exit->r10;

	if (!(event & TDX_EVENT_VALID))
		return 1;

	tdcall_field_write(TDX_FIELD_ENTRY_ERROR_CODE, event >> 32, ~0U);
	tdcall_field_write(TDX_FIELD_ENTRY_LENGTH, exit->r11 >> 32, ~0U);
	tdcall_field_write(TDX_FIELD_ENTRY_EVENT, (u32)event, ~0U);
	return 1;
}

/* Out of the way of the one exit that each interrupt makes. */
static noinline int exit_other_handle(struct mshv_vtl_run *run,
				      const struct tdcall_regs *exit)
{
	bool offload = offloads(run, MSHV_VTL_OFFLOAD_INTR_INJECT);
	bool event = exit->r10 & TDX_EVENT_VALID;

	switch (TDX_STATUS(exit->rax)) {
	case TDX_SUCCESS:
		return offload && !event ? exit_reason_handle(run, exit->rax) : 0;
	case TDX_PENDING_INTERRUPT:
	case TDX_L2_EXIT_HOST_ROUTED_TDVMCALL:
		return offload;
	case TDX_L2_EXIT_HOST_ROUTED_ASYNC:
		return offload ? exit_reinject(exit) : 0;
	case TDX_OPERAND_BUSY:
		return 1;
	default:
		return TDX_STATUS(exit->rax) & TDX_ERROR ? -EIO : 0;
	}
}

int vtl_arch_exit_handle(struct mshv_vtl_run *run)
{
	const struct tdcall_regs *exit = this_cpu_ptr(&x86_vps.regs);

	/* An interrupt of VTL2 ended it: it has been handled by now. */
	if (likely(TDX_STATUS(exit->rax) == TDX_L2_EXIT_PENDING_INTERRUPT))
		return offloads(run, MSHV_VTL_OFFLOAD_INTR_INJECT) &&
		       !(exit->r10 & TDX_EVENT_VALID);
	return exit_other_handle(run, exit);
}

u64 vtl_arch_exit_reason(void)
{
	return this_cpu_read(x86_vps.regs.rax);
}

ktime_t vtl_arch_halt_end(struct mshv_vtl_run *run)
{
	u64 deadline = READ_ONCE(tdx_context(run)->tsc_deadline.deadline);
	u64 now = rdtsc_ordered();
	u64 cycles;

	if (!deadline || deadline == TDX_DEADLINE_OFF)
		return KTIME_MAX;
	if (deadline <= now)
		return ktime_get();

	/* The VMM may name any time: what is too far ends early, as on TDX. */
	cycles = min_t(u64, deadline - now, (u64)tsc_khz * HALT_MS_MAX);
	return ktime_add_ns(ktime_get(),
			    mul_u64_u32_div(cycles, NSEC_PER_MSEC, tsc_khz));
}

/* As if VTL0 had been entered at its deadline. */
void vtl_arch_halt_expire(struct mshv_vtl_run *run)
{
	struct mshv_tdx_context *context = tdx_context(run);

	context->exit.r10 = 0;
	WRITE_ONCE(context->exit.rax, TDX_EXIT_DEADLINE);
}
