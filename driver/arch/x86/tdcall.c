// SPDX-License-Identifier: GPL-2.0-only
/*
 * The seam to the TDX module; see tdcall.h.
 */
#include <linux/cpufeature.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/string.h>

#include "../../arch.h"
#include "tdx.h"

#ifdef MSHV_VTL_LAB

/* Written under tdcall_backend_lock; read with preemption off. */
static const struct tdcall_backend __rcu *tdcall_backend;
static DEFINE_MUTEX(tdcall_backend_lock);

bool tdcall_available(void)
{
	return rcu_access_pointer(tdcall_backend);
}

void tdcall(struct tdcall_regs *regs)
{
	const struct tdcall_backend *backend;

	backend = rcu_dereference_sched(tdcall_backend);
	if (backend)
		backend->call(regs);
	else
		regs->rax = (u64)TDX_OPERAND_INVALID << 32;
}

int tdcall_backend_register(const struct tdcall_backend *backend)
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
EXPORT_SYMBOL_GPL(tdcall_backend_register);

void tdcall_backend_unregister(const struct tdcall_backend *backend)
{
	mutex_lock(&tdcall_backend_lock);
	if (rcu_access_pointer(tdcall_backend) == backend)
		RCU_INIT_POINTER(tdcall_backend, NULL);
	mutex_unlock(&tdcall_backend_lock);
	synchronize_rcu();
}
EXPORT_SYMBOL_GPL(tdcall_backend_unregister);

void *vtl_arch_entry_get(void)
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

void vtl_arch_entry_put(void *token)
{
	module_put(token);
}

#else

/* In tdcall_insn.S. */
asmlinkage void tdcall_instruction(struct tdcall_regs *regs);

bool tdcall_available(void)
{
	return cpu_feature_enabled(X86_FEATURE_TDX_GUEST);
}

void tdcall(struct tdcall_regs *regs)
{
	tdcall_instruction(regs);
}

void *vtl_arch_entry_get(void)
{
	return NULL;
}

void vtl_arch_entry_put(void *token)
{
}

#endif /* MSHV_VTL_LAB */

bool vtl_arch_entry_available(void)
{
	return tdcall_available();
}

u32 tdcall_field_write(u64 field, u64 value, u64 mask)
{
	struct tdcall_regs regs;

	do {
		memset(&regs, 0, sizeof(regs));
		regs.rax = TDG_VP_WR;
		regs.rdx = field;
		regs.r8 = value;
		regs.r9 = mask;
		tdcall(&regs);
	} while (TDX_STATUS(regs.rax) == TDX_OPERAND_BUSY);
	return TDX_STATUS(regs.rax);
}

/*
 * The VMM sets up VTL0 with the leaves that read and write its state. To enter
 * it that way would leave VTL0's registers in VTL2's hands.
 */
int vtl_arch_tdcall(struct mshv_tdcall *args)
{
	struct tdcall_regs regs = {
		.rax = args->rax,
		.rcx = args->rcx,
		.rdx = args->rdx,
		.r8 = args->r8,
		.r9 = args->r9,
	};

	if (!tdcall_available() || (u16)args->rax == TDG_VP_ENTER)
		return -EINVAL;

	preempt_disable();
	tdcall(&regs);
	preempt_enable();

	args->rax = regs.rax;
	args->rcx = regs.rcx;
	args->rdx = regs.rdx;
	args->r8 = regs.r8;
	args->r9 = regs.r9;
	args->r10_out = regs.r10;
	args->r11_out = regs.r11;
	return 0;
}
