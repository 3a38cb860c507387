// SPDX-License-Identifier: GPL-2.0-only
/*
 * L2's accesses to control and debug registers.
 *
 * Owns: the masks and read shadows of CR0 and CR4, CR8 as the TPR, and the
 * decoding of these instructions. Must not know: interrupts.
 */
#include <linux/types.h>

#include <asm/msr-index.h>
#include <asm/processor-flags.h>

#include "tdx/l2/l2.h"
#include "tdx/tdx.h"

/* The CPU ignores writes to these bits. */
#define CR0_IGNORED (GENMASK_ULL(28, 19) | BIT_ULL(17) | GENMASK_ULL(15, 6))

#define CR4_OF_MODULE (X86_CR4_VMXE | X86_CR4_SMXE | X86_CR4_MCE)

/* What L2 reads of them: init_tdvps_fields() of Intel's helpers.c. */
#define CR4_SHADOW_OF_MODULE (X86_CR4_VMXE | X86_CR4_MCE)

#define CR4_VMX_ONLY (X86_CR4_VMXE | X86_CR4_SMXE)

/* Exit qualification of control-register accesses. */
#define ACCESS_TO    (0ULL << 4)
#define ACCESS_FROM  BIT_ULL(4)
#define ACCESS_CLTS  (2ULL << 4)
#define ACCESS_LMSW  (3ULL << 4)
#define ACCESS_GPR   8

#define DEBUG_FROM   BIT_ULL(4)

struct access {
	u64 kind;
	u32 cr;
	u32 gpr;
	u32 length;
};

static u64 *gpr_of(struct vcpu *vcpu, u32 index)
{
	if (index == GPR_RAX)
		return &vcpu->run.vmcb->rax;
	if (index == GPR_RSP)
		return &vcpu->run.vmcb->rsp;
	return &vcpu->run.gpr[index];
}

static void decode_operands(const struct insn *insn, struct access *access)
{
	u8 modrm = insn->bytes[insn->prefixes + 2];

	access->cr = (modrm >> 3 & 7) | (insn->rex & 4) << 1;
	access->gpr = (modrm & 7) | (insn->rex & 1) << 3;
	access->length = insn->prefixes + 3;
}

static bool decode(const struct vcpu *vcpu, struct access *access)
{
	static const u8 from[] = { 0x0f, 0x20 }, to[] = { 0x0f, 0x22 };
	static const u8 clts[] = { 0x0f, 0x06 }, group[] = { 0x0f, 0x01 };
	struct insn insn;

	if (!insn_fetch(vcpu, &insn) || insn.count < insn.prefixes + 3)
		return false;
	decode_operands(&insn, access);
	if (insn_is(&insn, from, sizeof(from))) {
		access->kind = ACCESS_FROM;
	} else if (insn_is(&insn, to, sizeof(to))) {
		access->kind = ACCESS_TO;
	} else if (insn_is(&insn, clts, sizeof(clts))) {
		access->kind = ACCESS_CLTS;
		access->length = insn.prefixes + 2;
		access->cr = 0;
	} else if (insn_is(&insn, group, sizeof(group)) && access->cr == 6) {
		access->kind = ACCESS_LMSW;
		access->cr = 0;
	} else {
		return false;
	}
	return true;
}

static bool to_l1(struct l2_exit *exit, const struct access *access)
{
	exit->reason = VMX_CR_ACCESS;
	exit->qualification = access->cr | access->kind | (u64)access->gpr << ACCESS_GPR;
	if (access->kind == ACCESS_CLTS)
		exit->qualification = ACCESS_CLTS;
	exit->length = access->length;
	return true;
}

static bool served(struct vcpu *vcpu, const struct access *access)
{
	state_skip(vcpu, access->length);
	stats_count_internal(vcpu->stats, LAB_TDX_INTERNAL_CR);
	return false;
}

static bool faults(struct vcpu *vcpu)
{
	event_inject_exception(vcpu, VECTOR_GP, true);
	stats_count_internal(vcpu->stats, LAB_TDX_INTERNAL_CR);
	return false;
}

/* LMA follows PG if LME is set: paging begins and ends long mode. */
static void follow_paging(struct vmcb *vmcb)
{
	if ((vmcb->cr0 & X86_CR0_PG) && (vmcb->efer & EFER_LME))
		vmcb->efer |= EFER_LMA;
	else
		vmcb->efer &= ~(u64)EFER_LMA;
}

static bool cr0_is_legal(u64 cr0)
{
	return !(cr0 >> 32) && (cr0 & X86_CR0_NE) && (!(cr0 & X86_CR0_PG) || (cr0 & X86_CR0_PE));
}

static bool paging_is_valid(const struct vmcb *vmcb, u64 cr0)
{
	if (!(cr0 & X86_CR0_PG))
		return !(vmcb->cs.attributes & BIT(9)) || !(vmcb->efer & EFER_LMA);
	return !(vmcb->efer & EFER_LME) || (vmcb->cr4 & X86_CR4_PAE);
}

/* write_guest_cr0() of Intel's helpers.c: an illegal value raises #GP; L1 owns NW and CD. */
static bool load_cr0(struct vcpu *vcpu, struct l2_exit *exit, const struct access *access,
		     u64 value)
{
	struct vmcb *vmcb = vcpu->run.vmcb;
	u64 mask = vcpu_field(vcpu, L2_CR0_MASK);

	if ((value ^ vcpu_field(vcpu, L2_CR0_SHADOW)) & mask)
		return to_l1(exit, access);
	mask |= CR0_IGNORED;
	value = (value & ~mask) | (vmcb->cr0 & mask) | X86_CR0_ET;
	if (!cr0_is_legal(value))
		return faults(vcpu);
	if (value & (X86_CR0_NW | X86_CR0_CD))
		return to_l1(exit, access);
	if (!paging_is_valid(vmcb, value))
		return faults(vcpu);
	vmcb->cr0 = value;
	follow_paging(vmcb);
	return served(vcpu, access);
}

/*
 * The owner of a bit chooses what L2 reads there, and a write that changes it exits. The bits of
 * the module that L1 does not own are the module's: combine_l2_cr0_cr4_controls() of Intel's
 * metadata_vp.c.
 */
static u64 cr4_shadow(const struct vcpu *vcpu)
{
	u64 of_l1 = vcpu_field(vcpu, L2_CR4_MASK);

	return (vcpu_field(vcpu, L2_CR4_SHADOW) & of_l1) | (CR4_SHADOW_OF_MODULE & ~of_l1);
}

static bool cr4_is_legal(u64 cr4)
{
	u64 legal;

	return !tdx_module_rdmsr(MSR_IA32_VMX_CR4_FIXED1, &legal) &&
	       !(cr4 & ~(legal | X86_CR4_SMXE));
}

/* write_guest_cr4() of Intel's helpers.c: an illegal value raises #GP, unless L1 owns the bit. */
static bool load_cr4(struct vcpu *vcpu, struct l2_exit *exit, const struct access *access,
		     u64 value)
{
	struct vmcb *vmcb = vcpu->run.vmcb;
	u64 of_l1 = vcpu_field(vcpu, L2_CR4_MASK), owned = of_l1 | CR4_OF_MODULE;
	u64 now = vmcb->cr4 | (vcpu_field(vcpu, L2_CR4) & CR4_VMX_ONLY);
	u64 changed = (value ^ cr4_shadow(vcpu)) & owned;

	if (changed & of_l1)
		return to_l1(exit, access);
	if (!cr4_is_legal(value & ~of_l1))
		return faults(vcpu);
	if (changed)
		return to_l1(exit, access);
	value = (value & ~owned) | (now & owned);
	if ((vmcb->efer & EFER_LMA) && !(value & X86_CR4_PAE))
		return faults(vcpu);
	vmcb->cr4 = value & ~(u64)CR4_VMX_ONLY;
	return served(vcpu, access);
}

static bool load_cr8(struct vcpu *vcpu, struct l2_exit *exit, const struct access *access,
		     u64 value)
{
	if (vcpu_field(vcpu, L2_PRIMARY) & PRIMARY_CR8_LOAD)
		return to_l1(exit, access);
	if (value > 0xf)
		return faults(vcpu);
	state_skip(vcpu, access->length);
	return msr_tpr_write(vcpu, exit, value << 4);
}

static bool read_masked(struct vcpu *vcpu, const struct access *access, u64 real, u64 owned,
			u64 shadow)
{
	*gpr_of(vcpu, access->gpr) = (real & ~owned) | (shadow & owned);
	return served(vcpu, access);
}

static bool write_exit(struct vcpu *vcpu, struct l2_exit *exit, const struct access *access)
{
	u64 value = *gpr_of(vcpu, access->gpr);

	switch (access->cr) {
	case 0:
		return load_cr0(vcpu, exit, access, value);
	case 4:
		return load_cr4(vcpu, exit, access, value);
	case 8:
		return load_cr8(vcpu, exit, access, value);
	default:
		return to_l1(exit, access);
	}
}

static bool read_exit(struct vcpu *vcpu, struct l2_exit *exit, const struct access *access)
{
	struct vmcb *vmcb = vcpu->run.vmcb;

	switch (access->cr) {
	case 0:
		return read_masked(vcpu, access, vmcb->cr0, vcpu_field(vcpu, L2_CR0_MASK),
				   vcpu_field(vcpu, L2_CR0_SHADOW));
	case 4:
		return read_masked(vcpu, access, vmcb->cr4,
				   vcpu_field(vcpu, L2_CR4_MASK) | CR4_OF_MODULE,
				   cr4_shadow(vcpu));
	default:
		return to_l1(exit, access);
	}
}

static bool clts_exit(struct vcpu *vcpu, struct l2_exit *exit, const struct access *access)
{
	u64 mask = vcpu_field(vcpu, L2_CR0_MASK);

	if ((mask & X86_CR0_TS) && (vcpu_field(vcpu, L2_CR0_SHADOW) & X86_CR0_TS))
		return to_l1(exit, access);
	if (!(mask & X86_CR0_TS))
		vcpu->run.vmcb->cr0 &= ~(u64)X86_CR0_TS;
	return served(vcpu, access);
}

/**
 * control_exit() - handle an intercepted access of L2 to a control register
 * @vcpu: the VCPU
 * @exit: out: if the exit is for L1
 *
 * LMSW always exits to L1. SMSW, which VMX does not intercept, raises #UD here: it would need a
 * decoder of memory operands to read a masked CR0.
 *
 * Return: whether L2 ends.
 */
bool control_exit(struct vcpu *vcpu, struct l2_exit *exit)
{
	struct access access;

	if (!decode(vcpu, &access)) {
		event_inject_exception(vcpu, VECTOR_UD, false);
		return false;
	}
	switch (access.kind) {
	case ACCESS_TO:
		return write_exit(vcpu, exit, &access);
	case ACCESS_FROM:
		return read_exit(vcpu, exit, &access);
	case ACCESS_CLTS:
		return clts_exit(vcpu, exit, &access);
	default:
		return to_l1(exit, &access);
	}
}

/**
 * control_debug_exit() - handle an access of L2 to a debug register that L1 intercepts
 * @vcpu: the VCPU
 * @exit: out
 */
void control_debug_exit(struct vcpu *vcpu, struct l2_exit *exit)
{
	u32 code = vcpu->run.vmcb->exit_code;
	struct access access = { };
	struct insn insn;

	if (insn_fetch(vcpu, &insn))
		decode_operands(&insn, &access);
	exit->reason = VMX_DR_ACCESS;
	exit->qualification = (code & 7) | (u64)access.gpr << ACCESS_GPR;
	if (code < SVM_DR_WRITE)
		exit->qualification |= DEBUG_FROM;
	exit->length = access.length;
}
