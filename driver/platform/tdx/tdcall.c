// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calling the TDX module; see tdcall.h.
 */
#include <linux/cpufeature.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/processor.h>

#include "compat.h"
#include "tdx.h"

/* How often a call is made again that the TDX module is too busy for. */
#define TDCALL_BUSY_MAX		10000

/* TDG.VP.VMCALL: which registers go to the host (RCX), and the subfunction (R11). */
#define VMCALL_R10		BIT_ULL(10)
#define VMCALL_R11		BIT_ULL(11)
#define VMCALL_R12		BIT_ULL(12)
#define VMCALL_WBINVD		54

#ifdef MSHV_VTL_LAB

/* Written under tdcall_backend_lock; read with preemption off. */
static const struct tdcall_backend __rcu *tdcall_backend;
static DEFINE_MUTEX(tdcall_backend_lock);

bool vtl_tdcall_available(void)
{
	return rcu_access_pointer(tdcall_backend);
}

static void backend_call(struct tdcall_regs *regs)
{
	const struct tdcall_backend *backend;

	backend = rcu_dereference_sched(tdcall_backend);
	if (backend)
		backend->call(regs);
	else
		regs->rax = (u64)TDX_OPERAND_INVALID << 32;
}

/* The instruction is not instrumented; what stands in for it is. */
noinstr void vtl_tdcall(struct tdcall_regs *regs)
{
	instrumentation_begin();
	backend_call(regs);
	instrumentation_end();
}

int vtl_tdcall_rdmsr(u32 msr, u64 *value)
{
	const struct tdcall_backend *backend;
	int ret = -EIO;

	preempt_disable();
	backend = rcu_dereference_sched(tdcall_backend);
	if (backend)
		ret = backend->msr_read(msr, value);
	preempt_enable();
	return ret;
}

/* One may come later. */
bool vtl_tdcall_probe(void)
{
	return true;
}

int vtl_tdcall_backend_register(const struct tdcall_backend *backend)
{
	int ret = -EBUSY;

	mutex_lock(&tdcall_backend_lock);
	if (!rcu_access_pointer(tdcall_backend)) {
		rcu_assign_pointer(tdcall_backend, backend);
		ret = 0;
	}
	mutex_unlock(&tdcall_backend_lock);
	return ret;
}
EXPORT_SYMBOL_GPL(vtl_tdcall_backend_register);

void vtl_tdcall_backend_unregister(const struct tdcall_backend *backend)
{
	mutex_lock(&tdcall_backend_lock);
	if (rcu_access_pointer(tdcall_backend) == backend)
		RCU_INIT_POINTER(tdcall_backend, NULL);
	mutex_unlock(&tdcall_backend_lock);
	synchronize_rcu();
}
EXPORT_SYMBOL_GPL(vtl_tdcall_backend_unregister);

void *vtl_tdcall_get(void)
{
	const struct tdcall_backend *backend;
	struct module *owner = NULL;

	mutex_lock(&tdcall_backend_lock);
	backend = rcu_dereference_protected(tdcall_backend,
					    lockdep_is_held(&tdcall_backend_lock));
	if (backend && try_module_get(backend->owner))
		owner = backend->owner;
	mutex_unlock(&tdcall_backend_lock);
	return owner;
}

void vtl_tdcall_put(void *token)
{
	module_put(token);
}

#else

/* In tdcall_insn.S. */
asmlinkage void vtl_tdcall_instruction(struct tdcall_regs *regs);

bool vtl_tdcall_available(void)
{
	return cpu_feature_enabled(X86_FEATURE_TDX_GUEST);
}

noinstr void vtl_tdcall(struct tdcall_regs *regs)
{
	vtl_tdcall_instruction(regs);
}

int vtl_tdcall_rdmsr(u32 msr, u64 *value)
{
	return compat_rdmsrq_safe(msr, value);
}

bool __init vtl_tdcall_probe(void)
{
	return vtl_tdcall_available() && vtl_tdcall_vms();
}

void *vtl_tdcall_get(void)
{
	return NULL;
}

void vtl_tdcall_put(void *token)
{
}

#endif /* MSHV_VTL_LAB */

u32 vtl_tdcall_retry(struct tdcall_regs *regs)
{
	const struct tdcall_regs asked = *regs;
	unsigned int left = TDCALL_BUSY_MAX;

	do {
		*regs = asked;
		vtl_tdcall(regs);
		if (TDX_STATUS(regs->rax) != TDX_OPERAND_BUSY)
			break;
		cpu_relax();
	} while (--left);
	return TDX_STATUS(regs->rax);
}

u64 vtl_tdcall_field_write(u64 field, u64 value, u64 mask)
{
	struct tdcall_regs regs = {
		.rax = TDG_VP_WR,
		.rdx = field,
		.r8 = value,
		.r9 = mask,
	};

	return vtl_tdcall_retry(&regs) ? regs.rax : 0;
}

unsigned int vtl_tdcall_vms(void)
{
	struct tdcall_regs regs = {
		.rax = TDG_VM_RD,
		.rdx = TDX_FIELD_NUM_L2_VMS,
	};
	u32 status;

	preempt_disable();
	status = vtl_tdcall_retry(&regs);
	preempt_enable();
	return status ? 0 : min_t(u64, regs.r8, TDX_VMS);
}

void vtl_tdcall_cache_flush(bool invalidate)
{
	struct tdcall_regs regs = {
		.rax = TDG_VP_VMCALL,
		.rcx = VMCALL_R10 | VMCALL_R11 | VMCALL_R12,
		.r11 = VMCALL_WBINVD,
		.r12 = invalidate ? 0 : 1,
	};

	/* The host is asked, and need not obey: there is nobody to tell. */
	vtl_tdcall_retry(&regs);
}
