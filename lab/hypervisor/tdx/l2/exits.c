// SPDX-License-Identifier: GPL-2.0-only
/*
 * Conversion of SVM's exits into VMX's.
 *
 * Owns: which exit goes to L1, with which reason, qualification and length. Must not know: what
 * is injected next.
 */
#include <linux/types.h>

#include "base/cpu.h"
#include "tdx/l2/l2.h"

/* Chosen by the host for this VCPU; independent of the interrupt's source. */
#define NOTIFICATION_VECTOR 0xf2

/* Instructions whose exit has a reason and a length only. */
static const struct simple_exit {
	u32 code;
	u32 reason;
	u32 length;
} simple_exits[] = {
	{ SVM_RDTSC, VMX_RDTSC, 2 },
	{ SVM_RDPMC, VMX_RDPMC, 2 },
	{ SVM_CPUID, VMX_CPUID, 2 },
	{ SVM_INVD, VMX_INVD, 2 },
	{ SVM_PAUSE, VMX_PAUSE, 1 },
	{ SVM_HLT, VMX_HLT, 1 },
	{ SVM_VMMCALL, VMX_VMCALL, 3 },
	{ SVM_WBINVD, VMX_WBINVD, 2 },
	{ SVM_MONITOR, VMX_MONITOR, 3 },
	{ SVM_MWAIT, VMX_MWAIT, 3 },
	{ SVM_RDTSCP, VMX_RDTSCP, 3 },
	{ SVM_XSETBV, VMX_XSETBV, 3 },
};

/* Exit information of IOIO. */
#define IOIO_IN      BIT(0)
#define IOIO_STRING  BIT(2)
#define IOIO_REPEAT  BIT(3)
#define IOIO_SIZE    4
#define IOIO_PORT    16

/* Qualification of VMX's I/O exits. */
#define IO_IN        BIT_ULL(3)
#define IO_STRING    BIT_ULL(4)
#define IO_REPEAT    BIT_ULL(5)
#define IO_IMMEDIATE BIT_ULL(6)

/* Qualification of EPT violations. */
#define EPT_READ     BIT_ULL(0)
#define EPT_WRITE    BIT_ULL(1)
#define EPT_FETCH    BIT_ULL(2)
#define EPT_ALLOWED  3
#define EPT_LINEAR   BIT_ULL(7)
#define EPT_FINAL    BIT_ULL(8)

/* Extended qualification: L1 has not accepted the page. */
#define EXTENDED_PENDING 6

#define INSN_INTN 0xcd
#define INSN_INTO 0xce

#define VECTOR_BP 3
#define VECTOR_OF 4
#define VECTOR_DF 8
#define VECTOR_PF 14

/* #DE, and #TS to #GP. */
#define CONTRIBUTORY (BIT(0) | GENMASK(13, 10))

/* Double fault, TSS to page fault, and alignment check have an error code. */
#define VECTORS_WITH_ERROR (BIT(8) | GENMASK(14, 10) | BIT(17))

/*
 * QEMU reports INVD as WBINVD, and RDTSCP as RDTSC. On hardware, which reports them correctly,
 * this changes nothing.
 */
static void tell_apart(const struct vcpu *vcpu, struct l2_exit *exit)
{
	static const u8 invd[] = { 0x0f, 0x08 }, rdtscp[] = { 0x0f, 0x01, 0xf9 };
	struct insn insn;

	if (exit->reason != VMX_WBINVD && exit->reason != VMX_RDTSC)
		return;
	if (!insn_fetch(vcpu, &insn))
		return;
	if (insn_is(&insn, invd, sizeof(invd))) {
		exit->reason = VMX_INVD;
	} else if (insn_is(&insn, rdtscp, sizeof(rdtscp))) {
		exit->reason = VMX_RDTSCP;
		exit->length = insn.prefixes + sizeof(rdtscp);
	}
}

static bool simple_exit(struct vcpu *vcpu, struct l2_exit *exit)
{
	u32 code = vcpu->run.vmcb->exit_code;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(simple_exits); i++) {
		if (simple_exits[i].code != code)
			continue;
		exit->reason = simple_exits[i].reason;
		exit->length = insn_length(vcpu, simple_exits[i].length);
		tell_apart(vcpu, exit);
		return true;
	}
	return false;
}

/*
 * The interrupt stays pending in L1's APIC until L1 has interrupts on. On TDX, an interrupt of
 * the host ends the TD entry; the host handles it and enters L2 again, without RESUME_L1. If it
 * has posted an interrupt to L1 meanwhile, that ends L2 immediately (Intel TDX Module 1.5,
 * td_l2_interrupt.c and tdh_vp_enter.c).
 */
static bool interrupt_exit(struct vcpu *vcpu, struct l2_exit *exit)
{
	if (deadline_is_due(vcpu)) {
		exit->reason = VMX_PREEMPTION_TIMER;
		return true;
	}
	if (apic_host_takes()) {
		stats_count_internal(vcpu->stats, LAB_TDX_INTERNAL_HOST);
		return false;
	}
	exit->status = TDX_EXIT_PENDING_INTERRUPT;
	exit->reason = VMX_EXTERNAL_INTERRUPT;
	exit->event = EVENT_VALID | NOTIFICATION_VECTOR;
	return true;
}

/* L1's handler takes it here. On TDX the host would take it, without L1's knowledge. */
static void nmi_exit(struct vcpu *vcpu)
{
	stats_count_internal(vcpu->stats, LAB_TDX_INTERNAL_NMI);
	cpu_stgi();
	cpu_clgi();
}

static bool port_is_immediate(const struct vcpu *vcpu)
{
	struct insn insn;

	return insn_fetch(vcpu, &insn) && insn.prefixes < insn.count &&
	       (insn.bytes[insn.prefixes] & 0xf8) == 0xe0;
}

static void io_exit(struct vcpu *vcpu, struct l2_exit *exit)
{
	const struct vmcb *vmcb = vcpu->run.vmcb;
	u64 info = vmcb->exit_info_1;

	exit->reason = VMX_IO;
	exit->length = vmcb->exit_info_2 - vmcb->rip;
	exit->qualification = (info >> IOIO_SIZE & 7) - 1;
	exit->qualification |= info & 0xffff0000;
	if (info & IOIO_IN)
		exit->qualification |= IO_IN;
	if (info & IOIO_STRING)
		exit->qualification |= IO_STRING;
	if (info & IOIO_REPEAT)
		exit->qualification |= IO_REPEAT;
	if (port_is_immediate(vcpu))
		exit->qualification |= IO_IMMEDIATE;
}

/* The alias of a page that L1 has not accepted is blocked. */
static u64 page_attributes(const struct vcpu *vcpu, u64 gpa, bool is_pending)
{
	u16 attributes = gpa >> TDX_GPA_WIDTH || is_pending ? 0 : npt_get(vcpu->vm, gpa);
	u64 allowed = attributes & (PAGE_ATTR_R | PAGE_ATTR_W | PAGE_ATTR_X);

	return allowed << EPT_ALLOWED;
}

static void page_exit(struct vcpu *vcpu, struct l2_exit *exit)
{
	u64 error = vcpu->run.vmcb->exit_info_1, gpa = vcpu->run.vmcb->exit_info_2;
	bool is_pending = gpa_is_private(gpa) && ram_is_pending(gpa);

	exit->reason = VMX_EPT_VIOLATION;
	exit->gpa = gpa;
	exit->qualification = page_attributes(vcpu, gpa, is_pending) | EPT_LINEAR;
	exit->extended = is_pending ? EXTENDED_PENDING : 0;
	vcpu->stats->faults++;
	/* SVM reports each walk of L2's tables as a write; VMX reports a read. */
	if (error & SVM_NPF_TABLE) {
		exit->qualification |= EPT_READ;
		return;
	}
	exit->qualification |= EPT_FINAL;
	if (error & SVM_NPF_WRITE)
		exit->qualification |= EPT_WRITE;
	else if (error & SVM_NPF_FETCH)
		exit->qualification |= EPT_FETCH;
	else
		exit->qualification |= EPT_READ;
}

static void exception_to_l1(struct vcpu *vcpu, struct l2_exit *exit, u8 vector)
{
	bool has_error = BIT(vector) & VECTORS_WITH_ERROR;

	exit->reason = VMX_EXCEPTION;
	exit->event = EVENT_VALID | EVENT_EXCEPTION | vector;
	if (has_error) {
		exit->event |= EVENT_ERROR_CODE;
		exit->event_error = vcpu->run.vmcb->exit_info_1;
	}
	if (vector == VECTOR_PF)
		exit->qualification = vcpu->run.vmcb->exit_info_2;
}

static bool undefined_exit(struct vcpu *vcpu, struct l2_exit *exit)
{
	static const u8 vmcall[] = { 0x0f, 0x01, 0xc1 };
	static const u8 tdcall[] = { 0x0f, 0x01, 0xcc };
	struct insn insn;

	if (insn_fetch(vcpu, &insn)) {
		exit->length = insn.prefixes + sizeof(vmcall);
		if (insn_is(&insn, vmcall, sizeof(vmcall))) {
			exit->reason = VMX_VMCALL;
			return true;
		}
		if (insn.operand && insn_is(&insn, tdcall, sizeof(tdcall))) {
			exit->reason = VMX_TDCALL;
			return true;
		}
	}
	exit->length = 0;
	return false;
}

/* A page fault goes to L1 if its bit equals the result of the error code comparison. */
static bool l1_wants_exception(const struct vcpu *vcpu, u8 vector)
{
	bool bit = vcpu_field(vcpu, L2_EXCEPTION_BITMAP) & BIT(vector);
	u32 error = vcpu->run.vmcb->exit_info_1;

	if (vector != VECTOR_PF)
		return bit;
	return bit == ((error & vcpu_field(vcpu, L2_PAGE_FAULT_MASK)) ==
		       vcpu_field(vcpu, L2_PAGE_FAULT_MATCH));
}

/*
 * An exception in the delivery of another one: SDM 3A, 6.15, table "Conditions for Generating
 * a Double Fault". QEMU exits before it checks that.
 */
static u8 after_exception(const struct vcpu *vcpu, u8 vector)
{
	u32 earlier = vcpu_field(vcpu, L2_IDT_EVENT), second = BIT(vector);
	u32 first = BIT(earlier & EVENT_VECTOR);

	if ((earlier & (EVENT_VALID | EVENT_TYPE)) != (EVENT_VALID | EVENT_EXCEPTION) ||
	    (earlier & EVENT_VECTOR) >= 32)
		return vector;
	if ((first & CONTRIBUTORY) && (second & CONTRIBUTORY))
		return VECTOR_DF;
	if ((first & BIT(VECTOR_PF)) && (second & (CONTRIBUTORY | BIT(VECTOR_PF))))
		return VECTOR_DF;
	return vector;
}

static bool is_triple(const struct vcpu *vcpu)
{
	u32 earlier = vcpu_field(vcpu, L2_IDT_EVENT);

	return (earlier & (EVENT_VALID | EVENT_TYPE | EVENT_VECTOR)) ==
	       (EVENT_VALID | EVENT_EXCEPTION | VECTOR_DF);
}

static void reflect_exception(struct vcpu *vcpu, u8 vector)
{
	struct vmcb *vmcb = vcpu->run.vmcb;

	event_inject_exception(vcpu, vector, BIT(vector) & VECTORS_WITH_ERROR);
	vcpu->inject.error = vmcb->exit_info_1;
	if (vector == VECTOR_PF)
		vmcb->cr2 = vmcb->exit_info_2;
	stats_count_internal(vcpu->stats, LAB_TDX_INTERNAL_EXCEPTION);
}

/* SVM's own instructions do not exist on the CPU that L2 sees. */
static bool no_such_instruction(struct vcpu *vcpu)
{
	event_inject_exception(vcpu, VECTOR_UD, false);
	stats_count_internal(vcpu->stats, LAB_TDX_INTERNAL_EXCEPTION);
	return false;
}

static void decode_software(const struct insn *insn, struct l2_event *event)
{
	u8 opcode = insn->bytes[insn->prefixes];

	event->error = 0;
	if (opcode == INSN_INTN) {
		event->info = EVENT_VALID | EVENT_SOFT_INTERRUPT | insn->bytes[insn->prefixes + 1];
		event->length = insn->prefixes + 2;
		return;
	}
	event->info = EVENT_VALID | EVENT_SOFT_EXCEPTION |
		(opcode == INSN_INTO ? VECTOR_OF : VECTOR_BP);
	event->length = insn->prefixes + 1;
}

/* INT3, INT n or INTO: the first and the last may exit to L1, INT n is delivered. */
static bool software_exit(struct vcpu *vcpu, struct l2_exit *exit)
{
	struct l2_event event;
	struct insn insn;

	if (!insn_fetch(vcpu, &insn) || insn.count < insn.prefixes + 2)
		return no_such_instruction(vcpu);
	decode_software(&insn, &event);
	if ((event.info & EVENT_TYPE) == EVENT_SOFT_INTERRUPT ||
	    !(vcpu_field(vcpu, L2_EXCEPTION_BITMAP) & BIT(event.info & EVENT_VECTOR))) {
		vcpu->inject = event;
		stats_count_internal(vcpu->stats, LAB_TDX_INTERNAL_EXCEPTION);
		return false;
	}
	exit->reason = VMX_EXCEPTION;
	exit->event = event.info;
	exit->length = event.length;
	return true;
}

static bool exception_exit(struct vcpu *vcpu, struct l2_exit *exit)
{
	u8 vector = vcpu->run.vmcb->exit_code - SVM_EXCEPTION;

	if (vector == VECTOR_UD && undefined_exit(vcpu, exit))
		return true;
	if (l1_wants_exception(vcpu, vector)) {
		exception_to_l1(vcpu, exit, vector);
		return true;
	}
	if (is_triple(vcpu)) {
		exit->reason = VMX_TRIPLE_FAULT;
		return true;
	}
	if (after_exception(vcpu, vector) != vector) {
		vector = VECTOR_DF;
		vcpu->run.vmcb->exit_info_1 = 0;
	}
	if (vector == VECTOR_DF && l1_wants_exception(vcpu, vector)) {
		exception_to_l1(vcpu, exit, vector);
		return true;
	}
	reflect_exception(vcpu, vector);
	return false;
}

/* IRET has not been executed yet: the window opens one instruction early. */
static void iret_exit(struct vcpu *vcpu)
{
	vcpu_set_field(vcpu, L2_INTERRUPTIBILITY,
		       vcpu_field(vcpu, L2_INTERRUPTIBILITY) & ~(u64)INTERRUPTIBILITY_NMI);
	vcpu->run.vmcb->intercepts &= ~SVM_INTERCEPT(SVM_IRET);
	stats_count_internal(vcpu->stats, LAB_TDX_INTERNAL_IRET);
}

static bool task_switch_exit(struct vcpu *vcpu, struct l2_exit *exit)
{
	exit->reason = VMX_TASK_SWITCH;
	exit->qualification = vcpu->run.vmcb->exit_info_1 & 0xffff;
	return true;
}

static bool other_exit(struct vcpu *vcpu, struct l2_exit *exit)
{
	switch ((u32)vcpu->run.vmcb->exit_code) {
	case SVM_CR_READ ... SVM_CR_WRITE + 15:
		return control_exit(vcpu, exit);
	case SVM_DR_READ ... SVM_DR_WRITE + 15:
		control_debug_exit(vcpu, exit);
		return true;
	case SVM_EXCEPTION ... SVM_EXCEPTION + 31:
		return exception_exit(vcpu, exit);
	case SVM_TASK_SWITCH:
		return task_switch_exit(vcpu, exit);
	case SVM_SWINT:
		return software_exit(vcpu, exit);
	case SVM_SHUTDOWN:
		exit->reason = VMX_TRIPLE_FAULT;
		return true;
	default:
		return no_such_instruction(vcpu);
	}
}

static noinline bool rarer_exit(struct vcpu *vcpu, struct l2_exit *exit)
{
	switch ((u32)vcpu->run.vmcb->exit_code) {
	case SVM_NMI:
		nmi_exit(vcpu);
		return false;
	case SVM_VINTR:
		stats_count_internal(vcpu->stats, LAB_TDX_INTERNAL_WINDOW);
		return false;
	case SVM_IRET:
		iret_exit(vcpu);
		return false;
	case SVM_MSR:
		return msr_exit(vcpu, exit);
	case SVM_IOIO:
		io_exit(vcpu, exit);
		return true;
	case SVM_NPF:
		page_exit(vcpu, exit);
		return true;
	default:
		return simple_exit(vcpu, exit) || other_exit(vcpu, exit);
	}
}

/**
 * exits_handle() - handle an exit of L2
 * @vcpu: the VCPU
 * @exit: out: if the exit is for L1
 *
 * Context: GIF is 0.
 * Return: whether it is for L1; otherwise L2 continues.
 */
bool exits_handle(struct vcpu *vcpu, struct l2_exit *exit)
{
	/* By far the most frequent one. */
	if (likely((u32)vcpu->run.vmcb->exit_code == SVM_INTR))
		return interrupt_exit(vcpu, exit);
	return rarer_exit(vcpu, exit);
}
