// SPDX-License-Identifier: GPL-2.0-only
/*
 * Registers of VTL0 that the VMM reads and writes with ioctls, because they are neither
 * in the run page nor in the TDX module.
 *
 * Owns: which registers these are, and which values the VMM may set. OpenHCL's VMM uses
 * XFEM, DR0 to DR3 and DR6 (openvmm, openhcl/virt_mshv_vtl/src/processor/tdx/mod.rs).
 * state.c loads them into the CPU when VTL0 is entered.
 */
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/uaccess.h>

#include <asm/debugreg.h>
#include <asm/msr-index.h>
#include <uapi/asm/mtrr.h>

#include "compat.h"
#include "tdx.h"

static_assert(MSHV_GET_VP_REGISTERS == 0xc010b805);
static_assert(MSHV_SET_VP_REGISTERS == 0x4010b806);
static_assert(MSHV_READ_VMX_CR4_FIXED1 == 0x8008b833);
static_assert(sizeof(struct mshv_register_list) == 16);
static_assert(sizeof(struct mshv_register) == 32);

/* Names of registers (TLFS, HV_REGISTER_NAME). */
#define REGISTER_XFEM			0x00040005
#define REGISTER_DR0			0x00050000
#define REGISTER_DR3			0x00050003
#define REGISTER_DR6			0x00050004
#define REGISTER_MTRR_CAP		0x0008000d
#define REGISTER_MTRR_DEF_TYPE		0x0008000e
#define REGISTER_MTRR_BASE0		0x00080010
#define REGISTER_MTRR_BASEF		0x0008001f
#define REGISTER_MTRR_MASK0		0x00080040
#define REGISTER_MTRR_MASKF		0x0008004f
#define REGISTER_MTRR_FIXED_FIRST	0x00080070
#define REGISTER_MTRR_FIXED_LAST	0x0008007a

/* Bits of DR6 that some CPU can write, and those that always read as 1. */
#define DR6_WRITABLE	(BIT_ULL(16) | GENMASK_ULL(15, 13) | BIT_ULL(11) | GENMASK_ULL(3, 0))
#define DR6_ONES	(GENMASK_ULL(31, 17) | GENMASK_ULL(10, 4))

/* Intel SDM, "Memory Type Range Registers". */
#define MSR_MTRR_CAP		0xfe
#define MSR_MTRR_DEF_TYPE	0x2ff
#define MSR_MTRR_PHYS_BASE(n)	(0x200 + 2 * (n))
#define MSR_MTRR_PHYS_MASK(n)	(0x201 + 2 * (n))

/* MSRs of 64 KiB, 16 KiB, then 4 KiB units (Intel SDM, "Fixed Range MTRRs"). */
static const u32 mtrr_fixed[] = {
	0x250, 0x258, 0x259,
	0x268, 0x269, 0x26a, 0x26b, 0x26c, 0x26d, 0x26e, 0x26f,
};

static_assert(ARRAY_SIZE(mtrr_fixed) ==
	      REGISTER_MTRR_FIXED_LAST - REGISTER_MTRR_FIXED_FIRST + 1);

/* The MSR of an MTRR; 0 if @name is not an MTRR. */
static u32 mtrr_msr(u32 name)
{
	switch (name) {
	case REGISTER_MTRR_CAP:
		return MSR_MTRR_CAP;
	case REGISTER_MTRR_DEF_TYPE:
		return MSR_MTRR_DEF_TYPE;
	case REGISTER_MTRR_BASE0 ... REGISTER_MTRR_BASEF:
		return MSR_MTRR_PHYS_BASE(name - REGISTER_MTRR_BASE0);
	case REGISTER_MTRR_MASK0 ... REGISTER_MTRR_MASKF:
		return MSR_MTRR_PHYS_MASK(name - REGISTER_MTRR_MASK0);
	case REGISTER_MTRR_FIXED_FIRST ... REGISTER_MTRR_FIXED_LAST:
		return mtrr_fixed[name - REGISTER_MTRR_FIXED_FIRST];
	default:
		return 0;
	}
}

static int mtrr_get(u32 name, u64 *value)
{
	u32 msr = mtrr_msr(name);

	return msr && !compat_rdmsrq_safe(msr, value) ? 0 : -EINVAL;
}

/*
 * The CPU has one set of MTRRs, which control how VTL2's kernel caches its own memory.
 * On TDX, VTL0 has no MTRRs of its own: its accesses exit, and the VMM emulates them. So
 * the VMM may only write back the value that it has read.
 */
static int mtrr_set(u32 name, u64 value)
{
	u64 now;

	return !mtrr_get(name, &now) && value == now ? 0 : -EINVAL;
}

static int register_get(const struct tdx_state *state, u32 name, u64 *value)
{
	switch (name) {
	case REGISTER_XFEM:
		*value = state->xcr0;
		return 0;
	case REGISTER_DR0 ... REGISTER_DR3:
		*value = state->dr[name - REGISTER_DR0];
		return 0;
	case REGISTER_DR6:
		*value = state->dr6;
		return 0;
	default:
		return mtrr_get(name, value);
	}
}

/* MOV to DR6 faults if the upper half is not 0; it ignores other reserved bits. */
static int dr6_set(struct tdx_state *state, u64 value)
{
	if (value >> 32)
		return -EINVAL;
	state->dr6 = (value & DR6_WRITABLE) | DR6_ONES;
	return 0;
}

static int register_set(struct tdx_state *state, u32 name, u64 value)
{
	switch (name) {
	case REGISTER_XFEM:
		return vtl_tdx_state_xcr0_set(state, value);
	case REGISTER_DR0 ... REGISTER_DR3:
		state->dr[name - REGISTER_DR0] = value;
		return 0;
	case REGISTER_DR6:
		return dr6_set(state, value);
	default:
		return mtrr_set(name, value);
	}
}

/* Turns preemption off until put_cpu(), so that the VP is not in a session. */
static struct tdx_vp *vp_get(void)
{
	struct tdx_vp *vp;
	int ret;

	for (;;) {
		vp = per_cpu_ptr(&vtl_tdx_vps, get_cpu());
		/* Pairs with the store in vp_alloc(). */
		if (smp_load_acquire(&vp->vapic))
			return vp;
		put_cpu();

		ret = vtl_tdx_vp_prepare(raw_smp_processor_id());
		if (ret)
			return ERR_PTR(ret);
	}
}

static int register_access(struct mshv_register *reg, bool set)
{
	struct tdx_vp *vp = vp_get();
	int ret;

	if (IS_ERR(vp))
		return PTR_ERR(vp);
	if (set)
		ret = register_set(&vp->state, reg->name, reg->value[0]);
	else
		ret = register_get(&vp->state, reg->name, &reg->value[0]);
	put_cpu();
	return ret;
}

static long registers_ioctl(struct mshv_register_list __user *user_args, bool set)
{
	struct mshv_register __user *user_reg;
	struct mshv_register_list args;
	struct mshv_register reg;
	int ret;

	/* The padding is ignored, since OpenHCL's VMM does not initialize it. */
	if (copy_from_user(&args, user_args, sizeof(args)))
		return -EFAULT;
	if (args.count != 1)
		return -EINVAL;
	user_reg = u64_to_user_ptr(args.registers);
	if (copy_from_user(&reg, user_reg, sizeof(reg)))
		return -EFAULT;
	/* Each register has 64 bits. */
	if (set && reg.value[1])
		return -EINVAL;
	reg.value[1] = 0;

	ret = register_access(&reg, set);
	if (ret || set)
		return ret;
	return copy_to_user(user_reg, &reg, sizeof(reg)) ? -EFAULT : 0;
}

long vtl_tdx_registers_get(struct mshv_register_list __user *user_args)
{
	return registers_ioctl(user_args, false);
}

long vtl_tdx_registers_set(struct mshv_register_list __user *user_args)
{
	return registers_ioctl(user_args, true);
}

long vtl_tdx_cr4_fixed1_get(u64 __user *user_value)
{
	u64 value;

	if (compat_rdmsrq_safe(MSR_IA32_VMX_CR4_FIXED1, &value))
		return -EINVAL;
	return put_user(value, user_value);
}
