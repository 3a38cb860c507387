// SPDX-License-Identifier: GPL-2.0-only
/*
 * Conversion between the L2 VMCS and SVM's control block.
 *
 * Owns: the place and format of each field in both, which controls become which intercepts, and
 * which of the two is newer. Must not know: exits and interrupts.
 *
 * Nearly all of L2's state stays in the control block from one entry to the next. It is loaded
 * when L1 has written a field (VP.WR), and saved when L1 accesses one (VP.RD, VP.WR). Only the
 * contents of the state buffer are copied at each entry and exit. So the access rights of an
 * unusable segment stay as L2 left them.
 */
#include <linux/types.h>

#include <asm/msr-index.h>
#include <asm/processor-flags.h>

#include "base/base.h"
#include "tdx/l2/l2.h"

/* A TDX module forces these bits on in L2's CR4; a guest of SVM must not have them. */
#define CR4_VMX_ONLY (X86_CR4_VMXE | X86_CR4_SMXE)

/* CR0 to CR4 and CR8. */
#define CR0_BIT BIT(0)
#define CR3_BIT BIT(3)
#define CR4_BIT BIT(4)
#define CR8_BIT BIT(8)

#define EXCEPTION_UD BIT(6)
#define EXCEPTION_MC BIT(18)

/* #BP and #OF, which QEMU treats as INT n. */
#define SOFTWARE_EXCEPTIONS (BIT(3) | BIT(4))

struct segment_fields {
	enum l2_field selector, rights, limit, base;
	size_t place;
};

#define SEGMENT(name, member) \
	{ L2_##name##_SELECTOR, L2_##name##_RIGHTS, L2_##name##_LIMIT, L2_##name##_BASE, \
	  offsetof(struct vmcb, member) }

static const struct segment_fields segments[] = {
	SEGMENT(ES, es), SEGMENT(CS, cs), SEGMENT(SS, ss), SEGMENT(DS, ds),
	SEGMENT(FS, fs), SEGMENT(GS, gs), SEGMENT(LDTR, ldtr), SEGMENT(TR, tr),
};

/* Fields that SVM has in the same format. */
static const struct plain_field {
	enum l2_field field;
	size_t place;
} plain[] = {
	{ L2_CR0, offsetof(struct vmcb, cr0) },
	{ L2_CR3, offsetof(struct vmcb, cr3) },
	{ L2_DR7, offsetof(struct vmcb, dr7) },
	{ L2_PAT, offsetof(struct vmcb, pat) },
	{ L2_SYSENTER_CS, offsetof(struct vmcb, sysenter_cs) },
	{ L2_SYSENTER_ESP, offsetof(struct vmcb, sysenter_esp) },
	{ L2_SYSENTER_EIP, offsetof(struct vmcb, sysenter_eip) },
};

static struct vmcb_segment *segment_at(struct vmcb *vmcb, size_t place)
{
	return (void *)vmcb + place;
}

static void load_segment(const struct vcpu *vcpu, const struct segment_fields *from)
{
	struct vmcb_segment *segment = segment_at(vcpu->run.vmcb, from->place);
	u32 rights = vcpu_field(vcpu, from->rights);

	segment->selector = vcpu_field(vcpu, from->selector);
	segment->limit = vcpu_field(vcpu, from->limit);
	segment->base = vcpu_field(vcpu, from->base);
	segment->attributes = rights & RIGHTS_UNUSABLE ? 0 :
		(rights & 0xff) | (rights >> 4 & 0xf00);
}

static void save_segment(struct vcpu *vcpu, const struct segment_fields *to)
{
	const struct vmcb_segment *segment = segment_at(vcpu->run.vmcb, to->place);
	u32 rights = (segment->attributes & 0xff) | (segment->attributes & 0xf00) << 4;

	if (!(rights & RIGHTS_PRESENT))
		rights |= RIGHTS_UNUSABLE;
	vcpu_set_field(vcpu, to->selector, segment->selector);
	vcpu_set_field(vcpu, to->limit, segment->limit);
	vcpu_set_field(vcpu, to->base, segment->base);
	vcpu_set_field(vcpu, to->rights, rights);
}

static u64 *plain_at(struct vmcb *vmcb, size_t place)
{
	return (void *)vmcb + place;
}

/* Exits that L1 always gets, and instructions that a guest of VMX does not have. */
static u64 fixed_intercepts(void)
{
	return SVM_INTERCEPT(SVM_INTR) | SVM_INTERCEPT(SVM_NMI) |
	       SVM_INTERCEPT(SVM_CPUID) | SVM_INTERCEPT(SVM_INVD) |
	       SVM_INTERCEPT(SVM_HLT) | SVM_INTERCEPT(SVM_IOIO) |
	       SVM_INTERCEPT(SVM_MSR) | SVM_INTERCEPT(SVM_TASK_SWITCH) |
	       SVM_INTERCEPT(SVM_SHUTDOWN) | SVM_INTERCEPT(SVM_INVLPGA) |
	       SVM_INTERCEPT(SVM_VMRUN) | SVM_INTERCEPT(SVM_VMMCALL) |
	       SVM_INTERCEPT(SVM_VMLOAD) | SVM_INTERCEPT(SVM_VMSAVE) |
	       SVM_INTERCEPT(SVM_STGI) | SVM_INTERCEPT(SVM_CLGI) |
	       SVM_INTERCEPT(SVM_SKINIT) | SVM_INTERCEPT(SVM_WBINVD) |
	       SVM_INTERCEPT(SVM_MONITOR) | SVM_INTERCEPT(SVM_MWAIT) |
	       SVM_INTERCEPT(SVM_XSETBV);
}

static u64 asked_intercepts(const struct vcpu *vcpu)
{
	u32 primary = vcpu_field(vcpu, L2_PRIMARY);
	u64 intercepts = 0;

	if (primary & PRIMARY_RDTSC)
		intercepts |= SVM_INTERCEPT(SVM_RDTSC) | SVM_INTERCEPT(SVM_RDTSCP);
	if (primary & PRIMARY_RDPMC)
		intercepts |= SVM_INTERCEPT(SVM_RDPMC);
	if (primary & PRIMARY_PAUSE)
		intercepts |= SVM_INTERCEPT(SVM_PAUSE);
	if (vcpu_field(vcpu, L2_EXCEPTION_BITMAP) & SOFTWARE_EXCEPTIONS)
		intercepts |= SVM_INTERCEPT(SVM_SWINT);
	if (vcpu_field(vcpu, L2_INTERRUPTIBILITY) & INTERRUPTIBILITY_NMI)
		intercepts |= SVM_INTERCEPT(SVM_IRET);
	return intercepts;
}

/* CR8 writes always exit: they may make an interrupt deliverable. */
static void load_register_intercepts(const struct vcpu *vcpu)
{
	u32 primary = vcpu_field(vcpu, L2_PRIMARY);
	struct vmcb *vmcb = vcpu->run.vmcb;

	vmcb->cr_write = CR0_BIT | CR4_BIT | CR8_BIT;
	/* The module owns bits of CR4, whose values the CPU does not have. */
	vmcb->cr_read = CR4_BIT;
	if (vcpu_field(vcpu, L2_CR0_MASK))
		vmcb->cr_read |= CR0_BIT;
	if (primary & PRIMARY_CR3_LOAD)
		vmcb->cr_write |= CR3_BIT;
	if (primary & PRIMARY_CR3_STORE)
		vmcb->cr_read |= CR3_BIT;
	if (primary & PRIMARY_CR8_STORE)
		vmcb->cr_read |= CR8_BIT;
	vmcb->dr_read = primary & PRIMARY_MOV_DR ? 0xffff : 0;
	vmcb->dr_write = vmcb->dr_read;
}

static void load_controls(const struct vcpu *vcpu)
{
	struct vmcb *vmcb = vcpu->run.vmcb;

	vmcb->intercepts = fixed_intercepts() | asked_intercepts(vcpu);
	/* #UD always exits, for the instructions that only Intel has. */
	vmcb->exceptions = (u32)vcpu_field(vcpu, L2_EXCEPTION_BITMAP) | EXCEPTION_UD;
	vmcb->exceptions &= ~EXCEPTION_MC;
	load_register_intercepts(vcpu);
	vmcb->asid = ASID_L2_FIRST + vcpu->vm - 1;
	vmcb->nested_control = SVM_NESTED_PAGING;
	vmcb->nested_cr3 = npt_root(vcpu->vm);
	vmcb->tlb_control = SVM_FLUSH_ALL;
	vmcb->clean = 0;
}

/**
 * state_load_written() - load the fields that L1 has written, for state_load()
 * @vcpu: the VCPU that enters L2
 */
void state_load_written(struct vcpu *vcpu)
{
	struct vmcb *vmcb = vcpu->run.vmcb;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(segments); i++)
		load_segment(vcpu, &segments[i]);
	for (i = 0; i < ARRAY_SIZE(plain); i++)
		*plain_at(vmcb, plain[i].place) = vcpu_field(vcpu, plain[i].field);

	vmcb->gdtr.base = vcpu_field(vcpu, L2_GDTR_BASE);
	vmcb->gdtr.limit = vcpu_field(vcpu, L2_GDTR_LIMIT);
	vmcb->idtr.base = vcpu_field(vcpu, L2_IDTR_BASE);
	vmcb->idtr.limit = vcpu_field(vcpu, L2_IDTR_LIMIT);
	vmcb->cr4 = vcpu_field(vcpu, L2_CR4) & ~(u64)CR4_VMX_ONLY;
	vmcb->efer = vcpu_field(vcpu, L2_EFER) | EFER_SVME;
	vmcb->cpl = vmcb->ss.attributes >> 5 & 3;
	load_controls(vcpu);
	vcpu->written = false;
}

/* The state of the buffer and of the exit, which is valid even if the entry failed. */
static void save_reported(struct vcpu *vcpu)
{
	const struct vmcb *vmcb = vcpu->run.vmcb;
	const struct l2_exit *exit = &vcpu->exit;

	vcpu_set_field(vcpu, L2_RSP, vmcb->rsp);
	vcpu_set_field(vcpu, L2_RIP, vmcb->rip);
	vcpu_set_field(vcpu, L2_RFLAGS, vmcb->rflags);
	vcpu_set_field(vcpu, L2_INTERRUPT_STATUS, vcpu->vapic.rvi | vcpu->vapic.svi << 8);
	vcpu_set_field(vcpu, L2_EXIT_REASON, exit->reason);
	vcpu_set_field(vcpu, L2_EXIT_QUALIFICATION, exit->qualification);
	vcpu_set_field(vcpu, L2_EXIT_EVENT, exit->event);
	vcpu_set_field(vcpu, L2_EXIT_EVENT_ERROR, exit->event_error);
	vcpu_set_field(vcpu, L2_EXIT_LENGTH, exit->length);
	vcpu_set_field(vcpu, L2_EXIT_INSTRUCTION, 0);
}

static void save_stale(struct vcpu *vcpu)
{
	struct vmcb *vmcb = vcpu->run.vmcb;
	u64 entry = vcpu_field(vcpu, L2_ENTRY_CONTROLS) & ~(u64)ENTRY_IA32E;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(segments); i++)
		save_segment(vcpu, &segments[i]);
	for (i = 0; i < ARRAY_SIZE(plain); i++)
		vcpu_set_field(vcpu, plain[i].field, *plain_at(vmcb, plain[i].place));

	vcpu_set_field(vcpu, L2_GDTR_BASE, vmcb->gdtr.base);
	vcpu_set_field(vcpu, L2_GDTR_LIMIT, vmcb->gdtr.limit);
	vcpu_set_field(vcpu, L2_IDTR_BASE, vmcb->idtr.base);
	vcpu_set_field(vcpu, L2_IDTR_LIMIT, vmcb->idtr.limit);
	vcpu_set_field(vcpu, L2_CR4,
		       vmcb->cr4 | (vcpu_field(vcpu, L2_CR4) & CR4_VMX_ONLY));
	vcpu_set_field(vcpu, L2_EFER, vmcb->efer & ~(u64)EFER_SVME);
	vcpu_set_field(vcpu, L2_ENTRY_CONTROLS,
		       vmcb->efer & EFER_LMA ? entry | ENTRY_IA32E : entry);
	save_reported(vcpu);
	vcpu->stale = false;
}

/**
 * state_settle() - bring the L2 VMCS up to date with what L2 has changed
 * @vcpu: the VCPU, outside of L2
 *
 * It must be called before any field is read or written for L1.
 */
void state_settle(struct vcpu *vcpu)
{
	if (vcpu->stale)
		save_stale(vcpu);
}

/**
 * state_written() - note that a field has changed
 * @vcpu: the VCPU, settled
 */
void state_written(struct vcpu *vcpu)
{
	vcpu->written = true;
}

/**
 * state_refused() - save the state after a failed entry
 * @vcpu: the VCPU; its @exit will be reported to L1
 *
 * The fields stay as L1 wrote them, and are checked and loaded again at the next entry.
 */
void state_refused(struct vcpu *vcpu)
{
	state_settle(vcpu);
	save_reported(vcpu);
	state_written(vcpu);
}

/* Checks what L1 has written: L2 itself cannot get into an invalid mode. */
static bool modes_are_valid(const struct vcpu *vcpu)
{
	u64 cr0 = vcpu_field(vcpu, L2_CR0);
	u64 cr4 = vcpu_field(vcpu, L2_CR4);
	u64 efer = vcpu_field(vcpu, L2_EFER);
	bool ia32e = vcpu_field(vcpu, L2_ENTRY_CONTROLS) & ENTRY_IA32E;

	if ((cr0 & X86_CR0_PG) && !(cr0 & X86_CR0_PE))
		return false;
	if (ia32e != !!(efer & EFER_LMA))
		return false;
	if ((cr0 & X86_CR0_PG) && ia32e != !!(efer & EFER_LME))
		return false;
	return !ia32e || ((cr0 & X86_CR0_PG) && (cr4 & X86_CR4_PAE));
}

static bool event_is_valid(const struct vcpu *vcpu)
{
	u32 event = vcpu_field(vcpu, L2_ENTRY_EVENT);
	u32 state = vcpu_field(vcpu, L2_INTERRUPTIBILITY);

	if (likely(!(event & EVENT_VALID)))
		return true;
	if ((event & EVENT_TYPE) == EVENT_NMI)
		return !(state & (INTERRUPTIBILITY_MOV_SS | INTERRUPTIBILITY_NMI));
	if ((event & EVENT_TYPE) != EVENT_INTERRUPT)
		return true;
	return (vcpu->run.vmcb->rflags & X86_EFLAGS_IF) &&
	       !(state & INTERRUPTIBILITY_SHADOW);
}

/* Both shadows at once are invalid, and so is that of STI with interrupts off. */
static bool shadow_is_valid(const struct vcpu *vcpu)
{
	u32 state = vcpu_field(vcpu, L2_INTERRUPTIBILITY);

	if (likely(!(state & INTERRUPTIBILITY_SHADOW)))
		return true;
	if ((state & INTERRUPTIBILITY_SHADOW) == INTERRUPTIBILITY_SHADOW)
		return false;
	return !(state & INTERRUPTIBILITY_STI) ||
	       (vcpu->run.vmcb->rflags & X86_EFLAGS_IF);
}

/**
 * state_is_valid() - the checks of a VM entry on L2's state
 * @vcpu: the VCPU that enters L2
 *
 * Only those that matter here; SVM makes more. State that was valid, and that L1 has not written
 * since, is not checked again.
 *
 * Return: whether hardware would accept it.
 */
bool state_is_valid(const struct vcpu *vcpu)
{
	/* Bits 63:22, 15, 5 and 3 are 0, bit 1 is 1. */
	u64 rflags = vcpu->run.vmcb->rflags;

	if ((rflags & 0xffffffffffc08028ULL) || !(rflags & X86_EFLAGS_FIXED))
		return false;
	if (unlikely(vcpu->written) && !modes_are_valid(vcpu))
		return false;
	return event_is_valid(vcpu) && shadow_is_valid(vcpu);
}

/**
 * state_skip() - move RIP past an instruction that was carried out for L2
 * @vcpu:   the VCPU
 * @length: of the instruction
 */
void state_skip(struct vcpu *vcpu, u32 length)
{
	vcpu->run.vmcb->rip += length;
	vcpu->shadow = false;
}

/**
 * vcpu_reset() - reset a VCPU
 * @vcpu: the VCPU
 * @cpu:  the number of its CPU
 *
 * Context: on its CPU, outside of any call; or before it is used.
 */
void vcpu_reset(struct vcpu *vcpu, unsigned int cpu)
{
	l2_fields_reset(&vcpu->fields, cpu);
	vcpu->stale = false;
	vcpu->written = true;
	memset(&vcpu->inject, 0, sizeof(vcpu->inject));
	memset(&vcpu->vapic, 0, sizeof(vcpu->vapic));
	msr_load_permissions(vcpu);
}
