// SPDX-License-Identifier: GPL-2.0-only
/*
 * L2's RDMSR and WRMSR.
 *
 * Owns: what serves an MSR: L1, if its bitmap says so; the CPU, by SVM's permission map; or the
 * code here, for the virtual APIC and a few others. Those that a TDX module does not know are L1's,
 * whatever its bitmap says. Must not know: how an interrupt that becomes deliverable is delivered.
 */
#include <linux/types.h>

#include <asm/msr-index.h>
#include <asm/processor-flags.h>

#include "base/base.h"
#include "tdx/l2/l2.h"

#define MSR_LOW_COUNT   0x2000
#define MSR_HIGH_FIRST  0xc0000000
#define BITMAP_HIGH     128
#define BITMAP_WRITE    256
#define BITMAP_WORD     64

#define X2APIC_FIRST    0x800
#define X2APIC_LAST     0x8ff
#define X2APIC_TPR      0x808
#define X2APIC_EOI      0x80b
#define X2APIC_ISR      0x810
#define X2APIC_IRR_LAST 0x827
#define X2APIC_SELF_IPI 0x83f

#define VMX_MSR_FIRST   0x480
#define VMX_MSR_LAST    0x492

#define DEBUGCTL_KNOWN  0xffc7ULL

/* These can only be read. */
#define MSR_MISC_PACKAGE_CTLS 0xbc
#define MSR_MISC_ENABLE       0x1a0
#define MSR_DEBUG_INTERFACE   0xc80

#define FIRST_LEGAL_VECTOR 16

/* The length of RDMSR and WRMSR, without prefixes. */
#define MSR_LENGTH 2

/* The MSRs that a TDX module passes through. SVM switches some of them, the others are shared. */
static const struct passed_msr {
	u32 msr;
	bool writable;
} passed[] = {
	{ MSR_IA32_TSC, false },
	{ MSR_IA32_SYSENTER_CS, true },
	{ MSR_IA32_SYSENTER_ESP, true },
	{ MSR_IA32_SYSENTER_EIP, true },
	{ MSR_STAR, true },
	{ MSR_LSTAR, true },
	{ MSR_SYSCALL_MASK, true },
	{ MSR_FS_BASE, true },
	{ MSR_GS_BASE, true },
	{ MSR_KERNEL_GS_BASE, true },
	{ MSR_TSC_AUX, true },
};

/*
 * The MSRs of Intel's msr_config_lookup.c that raise #GP here: those of features that the trust
 * domain does not have; and those that a TDX module serves, but this code does not. MSRs that are
 * not in Intel's table always exit to L1.
 */
static const struct msr_range {
	u32 first, last;
} refused[] = {
	{ 0x87, 0x87 }, { 0x8c, 0x8f }, { 0x98, 0x9b }, { 0x9e, 0x9e }, { 0xc1, 0xc8 },
	{ 0xe1, 0xe1 }, { 0x122, 0x122 }, { 0x186, 0x18d }, { 0x195, 0x195 }, { 0x1a6, 0x1a7 },
	{ 0x1c4, 0x1c5 }, { 0x1f8, 0x1fa }, { 0x276, 0x276 }, { 0x309, 0x310 }, { 0x329, 0x329 },
	{ 0x38d, 0x392 }, { 0x3f1, 0x3f2 }, { 0x3f6, 0x3f7 }, { 0x4c1, 0x4c8 }, { 0x500, 0x500 },
	{ 0x560, 0x561 }, { 0x570, 0x572 }, { 0x580, 0x587 }, { 0x6a0, 0x6a0 }, { 0x6a2, 0x6a2 },
	{ 0x6a4, 0x6a8 }, { 0x6e1, 0x6e1 }, { 0x981, 0x98a }, { 0xd90, 0xd90 }, { 0xd93, 0xd93 },
	{ 0x1200, 0x12ff }, { 0x14ce, 0x14cf }, { 0x1500, 0x16ff },
	/* These are served by a TDX module: SPEC_CTRL, PRED_CMD, ..., XSS, UARCH_MISC_CTL. */
	{ 0x48, 0x49 }, { 0xbc, 0xbd }, { 0x10a, 0x10b }, { 0x1a0, 0x1a0 }, { 0x345, 0x345 },
	{ 0x600, 0x600 }, { 0xc80, 0xc80 }, { 0xda0, 0xda0 }, { 0x1b01, 0x1b01 },
};

enum verdict {
	TO_L1,
	SERVED,
	FAULTS,
};

static bool l1_wants(const struct vcpu *vcpu, u32 msr, bool write)
{
	u32 word = write ? BITMAP_WRITE : 0;

	if (msr >= MSR_HIGH_FIRST) {
		msr -= MSR_HIGH_FIRST;
		word += BITMAP_HIGH;
	}
	if (msr >= MSR_LOW_COUNT)
		return true;
	return vcpu->fields.msr_bitmap[word + msr / BITMAP_WORD] & BIT_ULL(msr % BITMAP_WORD);
}

/* Two bits each: read and write. */
static void permit(struct vcpu *vcpu, u32 msr, bool write)
{
	u32 bit = msr >= MSR_HIGH_FIRST ? (msr - MSR_HIGH_FIRST + MSR_LOW_COUNT) * 2 : msr * 2;

	bit += write;
	vcpu->msrpm[bit / 8] &= ~BIT(bit % 8);
}

/**
 * msr_load_permissions() - make SVM's permission map from L1's bitmap
 * @vcpu: the VCPU
 */
void msr_load_permissions(struct vcpu *vcpu)
{
	unsigned int i;

	memset(vcpu->msrpm, 0xff, SVM_MSRPM_BYTES);
	for (i = 0; i < ARRAY_SIZE(passed); i++) {
		if (!l1_wants(vcpu, passed[i].msr, false))
			permit(vcpu, passed[i].msr, false);
		if (passed[i].writable && !l1_wants(vcpu, passed[i].msr, true))
			permit(vcpu, passed[i].msr, true);
	}
}

static void trap(struct l2_exit *exit, u32 reason, u64 qualification)
{
	exit->reason = reason;
	exit->qualification = qualification;
	exit->trap = true;
}

/**
 * msr_tpr_write() - handle L2's write of its TPR, by the MSR or by CR8
 * @vcpu: the VCPU
 * @exit: out: if that is an exit to L1
 * @tpr:  new
 *
 * Return: whether L2 ends, after the instruction.
 */
bool msr_tpr_write(struct vcpu *vcpu, struct l2_exit *exit, u8 tpr)
{
	vapic_set_tpr(&vcpu->vapic, tpr);
	stats_count_internal(vcpu->stats, LAB_TDX_INTERNAL_TPR);
	if (vcpu_has_vid(vcpu) || tpr >> 4 >= (vcpu_field(vcpu, L2_TPR_THRESHOLD) & 0xf))
		return false;
	trap(exit, VMX_TPR_BELOW_THRESHOLD, 0);
	return true;
}

static void write_eoi(struct vcpu *vcpu, struct l2_exit *exit)
{
	u8 vector = vapic_eoi(&vcpu->vapic);
	u64 bitmap = vcpu_field(vcpu, L2_EOI_EXIT_0 + vector / 64);

	if (bitmap & BIT_ULL(vector % 64))
		trap(exit, VMX_VIRTUALIZED_EOI, vector);
	else
		stats_count_internal(vcpu->stats, LAB_TDX_INTERNAL_EOI);
}

static void write_self_ipi(struct vcpu *vcpu, struct l2_exit *exit, u8 vector)
{
	vapic_write(&vcpu->vapic, VAPIC_SELF_IPI, vector);
	if (vector < FIRST_LEGAL_VECTOR) {
		trap(exit, VMX_APIC_WRITE, VAPIC_SELF_IPI);
		return;
	}
	vapic_self_ipi(&vcpu->vapic, vector);
	stats_count_internal(vcpu->stats, LAB_TDX_INTERNAL_SELF_IPI);
}

static bool is_page_register(u32 msr)
{
	switch (msr) {
	case 0x808 ... 0x80c:
	case 0x80e:
	case X2APIC_ISR ... X2APIC_IRR_LAST:
	case X2APIC_SELF_IPI:
		return true;
	default:
		return false;
	}
}

/* ID, version, LDR, SVR, ESR, ICR, LVTs and timer, independent of the bitmap. */
static bool is_l1_register(u32 msr)
{
	switch (msr) {
	case 0x802: case 0x803: case 0x80d: case 0x80f:
	case 0x828: case 0x82f: case 0x830:
	case 0x832 ... 0x83e:
		return true;
	default:
		return false;
	}
}

static bool needs_vid(u32 msr)
{
	return msr == X2APIC_EOI || msr == X2APIC_SELF_IPI;
}

static enum verdict read_x2apic(struct vcpu *vcpu, u32 msr, u64 *value)
{
	if (is_l1_register(msr))
		return TO_L1;
	if (!is_page_register(msr))
		return FAULTS;
	*value = vapic_read(&vcpu->vapic, (msr - X2APIC_FIRST) << 4);
	return SERVED;
}

static enum verdict write_x2apic(struct vcpu *vcpu, struct l2_exit *exit, u32 msr, u64 value)
{
	if (is_l1_register(msr) || (needs_vid(msr) && !vcpu_has_vid(vcpu)))
		return TO_L1;
	if (value > (msr == X2APIC_EOI ? 0 : 0xff))
		return FAULTS;

	switch (msr) {
	case X2APIC_TPR:
		msr_tpr_write(vcpu, exit, value);
		return SERVED;
	case X2APIC_EOI:
		write_eoi(vcpu, exit);
		return SERVED;
	case X2APIC_SELF_IPI:
		write_self_ipi(vcpu, exit, value);
		return SERVED;
	default:
		return FAULTS;
	}
}

static enum verdict unserved(u32 msr)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(refused); i++) {
		if (msr >= refused[i].first && msr <= refused[i].last)
			return FAULTS;
	}
	return TO_L1;
}

static enum verdict read_other(struct vcpu *vcpu, u32 msr, u64 *value)
{
	switch (msr) {
	case MSR_EFER:
		*value = vcpu->run.vmcb->efer & ~(u64)EFER_SVME;
		return SERVED;
	case MSR_IA32_CR_PAT:
		*value = vcpu->run.vmcb->pat;
		return SERVED;
	case MSR_IA32_DEBUGCTLMSR:
		*value = vcpu_field(vcpu, L2_DEBUGCTL);
		return SERVED;
	case VMX_MSR_FIRST ... VMX_MSR_LAST:
		return TO_L1;
	default:
		return unserved(msr);
	}
}

/*
 * wrmsr_ia32_efer() of Intel's td_msr_access.c: LMA is ignored, and a change of a bit other than
 * SCE and LME is L1's. With paging on, a TDX module lets a change of LME fail L2's next entry.
 */
static enum verdict write_efer(struct vcpu *vcpu, u64 value)
{
	struct vmcb *vmcb = vcpu->run.vmcb;
	u64 now = vmcb->efer & ~(u64)EFER_SVME;

	value = (value & ~(u64)EFER_LMA) | (now & EFER_LMA);
	if ((value ^ now) & ~(u64)(EFER_SCE | EFER_LME))
		return TO_L1;
	if (((value ^ now) & EFER_LME) && (vmcb->cr0 & X86_CR0_PG))
		return FAULTS;
	vmcb->efer = value | EFER_SVME;
	return SERVED;
}

/* wrmsr_ia32_debugctl() of the same file. */
static enum verdict write_debugctl(struct vcpu *vcpu, u64 value)
{
	if (value & ~DEBUGCTL_KNOWN)
		return FAULTS;
	if ((value & DEBUGCTL_TR) && !(value & DEBUGCTL_BTS))
		return TO_L1;
	vcpu_set_field(vcpu, L2_DEBUGCTL, value & ~DEBUGCTL_UNCORE_PMI);
	return SERVED;
}

/* Each byte is a memory type; 2 and 3 are invalid. */
static bool pat_is_valid(u64 pat)
{
	int i;

	for (i = 0; i < 64; i += 8) {
		u8 type = pat >> i;

		if (type > 7 || type == 2 || type == 3)
			return false;
	}
	return true;
}

static enum verdict write_other(struct vcpu *vcpu, u32 msr, u64 value)
{
	switch (msr) {
	case MSR_EFER:
		return write_efer(vcpu, value);
	case MSR_IA32_CR_PAT:
		if (!pat_is_valid(value))
			return FAULTS;
		vcpu->run.vmcb->pat = value;
		return SERVED;
	case MSR_IA32_DEBUGCTLMSR:
		return write_debugctl(vcpu, value);
	case VMX_MSR_FIRST ... VMX_MSR_LAST:
		return FAULTS;
	case MSR_MISC_PACKAGE_CTLS:
	case MSR_MISC_ENABLE:
	case MSR_DEBUG_INTERFACE:
		return TO_L1;
	default:
		return unserved(msr);
	}
}

static enum verdict read_msr(struct vcpu *vcpu, u32 msr)
{
	enum verdict verdict;
	u64 value = 0;

	if (msr >= X2APIC_FIRST && msr <= X2APIC_LAST)
		verdict = read_x2apic(vcpu, msr, &value);
	else
		verdict = read_other(vcpu, msr, &value);
	if (verdict == SERVED) {
		vcpu->run.vmcb->rax = (u32)value;
		vcpu->run.gpr[GPR_RDX] = value >> 32;
	}
	return verdict;
}

static enum verdict write_msr(struct vcpu *vcpu, struct l2_exit *exit, u32 msr)
{
	u64 value = (u32)vcpu->run.vmcb->rax | vcpu->run.gpr[GPR_RDX] << 32;

	if (msr >= X2APIC_FIRST && msr <= X2APIC_LAST)
		return write_x2apic(vcpu, exit, msr, value);
	return write_other(vcpu, msr, value);
}

/**
 * msr_exit() - handle an exit for RDMSR or WRMSR of L2
 * @vcpu: the VCPU
 * @exit: out: if the exit is for L1
 *
 * Return: whether L2 ends.
 */
bool msr_exit(struct vcpu *vcpu, struct l2_exit *exit)
{
	bool write = vcpu->run.vmcb->exit_info_1 & 1;
	u32 length = insn_length(vcpu, MSR_LENGTH);
	u32 msr = vcpu->run.gpr[GPR_RCX];
	enum verdict verdict = TO_L1;

	if (!l1_wants(vcpu, msr, write))
		verdict = write ? write_msr(vcpu, exit, msr) : read_msr(vcpu, msr);

	if (verdict == TO_L1) {
		exit->reason = write ? VMX_WRMSR : VMX_RDMSR;
		exit->length = length;
		return true;
	}
	if (verdict == FAULTS)
		event_inject_exception(vcpu, VECTOR_GP, true);
	else
		state_skip(vcpu, length);
	if (!exit->trap)
		stats_count_internal(vcpu->stats, LAB_TDX_INTERNAL_MSR);
	return exit->trap;
}
