// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Hyper-V's interface for a guest (Hypervisor Top Level Functional Specification): hypercall
 * page, VP index, clocks and their frequencies, idling.
 *
 * Owns: the answers to its CPUID leaves, its MSRs and hypercalls. They are a part of what
 * OpenHCL shows on TDX when it hides isolation (openvmm, cvm_cpuid/tdx.rs and
 * hv1_emulator/src/cpuid.rs). There is no SynIC, so that Linux finds no VMBus and uses the
 * APIC's timer.
 */
#include <string.h>

#include "machine.h"

#define BIT(n)			(1u << (n))

#define LEAF_VENDOR		0x40000000
#define LEAF_INTERFACE		0x40000001
#define LEAF_VERSION		0x40000002
#define LEAF_FEATURES		0x40000003
#define LEAF_HINTS		0x40000004
#define LEAF_LIMITS		0x40000005

/* Of LEAF_FEATURES, in EAX: clock, hypercalls, VP index, idling, reference TSC, frequencies. */
#define FEATURE_TIME		BIT(1)
#define FEATURE_HYPERCALL	BIT(5)
#define FEATURE_VP_INDEX	BIT(6)
#define FEATURE_REFERENCE_TSC	BIT(9)
#define FEATURE_IDLE		BIT(10)
#define FEATURE_FREQUENCIES	BIT(11)
#define FEATURE_TSC_INVARIANT	BIT(15)
/* In EDX. */
#define FEATURE_IDLE_STATE	BIT(5)
#define FEATURE_FREQUENCY_MSRS	BIT(8)

#define HINT_RELAXED_TIMING	BIT(5)
#define HINT_NO_AUTO_EOI	BIT(9)
#define HINT_CLUSTER_IPI	BIT(10)
#define HINT_LARGE_VP_SETS	BIT(11)
#define SPIN_RETRIES_NEVER	UINT32_MAX

/* A version of Windows Server 2022's. */
#define BUILD			20348
#define VERSION_10_0		(10u << 16)

#define MSR_GUEST_ID		0x40000000
#define MSR_HYPERCALL		0x40000001
#define MSR_VP_INDEX		0x40000002
#define MSR_TIME		0x40000020
#define MSR_REFERENCE_TSC	0x40000021
#define MSR_TSC_FREQUENCY	0x40000022
#define MSR_APIC_FREQUENCY	0x40000023
#define MSR_VP_ASSIST		0x40000073
#define MSR_GUEST_IDLE		0x400000f0
#define MSR_TSC_INVARIANT	0x40000118

#define PAGE_ENABLED		1
#define PAGE_ADDRESS		(~(uint64_t)(PAGE_SIZE - 1))

#define TICKS_PER_SECOND	10000000
/* The frequency of the APIC timer, so that Linux need not calibrate it; it uses the deadline. */
#define APIC_HZ			1000000000

#define CALL_CODE(control)	((control) & 0xffff)
#define CALL_FAST		BIT(16)
#define CALL_SPIN_WAIT		0x0008
#define CALL_CLUSTER_IPI	0x000b
#define STATUS_SUCCESS		0
#define STATUS_INVALID_CODE	2
#define STATUS_INVALID_INPUT	3
#define STATUS_INVALID_PARAMETER 5
#define VECTOR_MIN		16

enum { A, B, C, D };

void hyperv_cpuid(bool has_cluster_ipi, uint32_t leaf, uint32_t words[4])
{
	memset(words, 0, 4 * sizeof(*words));
	switch (leaf) {
	case LEAF_VENDOR:
		words[A] = LEAF_LIMITS;
		memcpy(&words[B], "Microsoft Hv", 12);
		break;
	case LEAF_INTERFACE:
		memcpy(&words[A], "Hv#1", 4);
		break;
	case LEAF_VERSION:
		words[A] = BUILD;
		words[B] = VERSION_10_0;
		break;
	case LEAF_FEATURES:
		words[A] = FEATURE_TIME | FEATURE_HYPERCALL | FEATURE_VP_INDEX |
			   FEATURE_REFERENCE_TSC | FEATURE_IDLE | FEATURE_FREQUENCIES |
			   FEATURE_TSC_INVARIANT;
		words[D] = FEATURE_IDLE_STATE | FEATURE_FREQUENCY_MSRS;
		break;
	case LEAF_HINTS:
		words[A] = HINT_RELAXED_TIMING | HINT_NO_AUTO_EOI | HINT_LARGE_VP_SETS |
			   (has_cluster_ipi ? HINT_CLUSTER_IPI : 0);
		words[B] = SPIN_RETRIES_NEVER;
		break;
	case LEAF_LIMITS:
		words[A] = VTL0_VPS_MAX;
		break;
	}
}

static uint64_t tsc_read(void)
{
	return __builtin_ia32_rdtsc();
}

/* Returns the scale with which (TSC * scale) >> 64 is in units of 100 ns. */
static uint64_t time_scale(const struct machine *machine)
{
	return ((__uint128_t)TICKS_PER_SECOND << 64) / machine->tsc_hz;
}

static uint64_t time_read(const struct machine *machine)
{
	return ((__uint128_t)tsc_read() * time_scale(machine)) >> 64;
}

/* VMCALL; RET. */
static bool hypercall_page_write(struct machine *machine, uint64_t value)
{
	static const uint8_t code[] = { 0x0f, 0x01, 0xc1, 0xc3 };
	void *page = machine_memory(machine, value & PAGE_ADDRESS, PAGE_SIZE);

	if (value & PAGE_ENABLED) {
		if (!page)
			return false;
		memcpy(page, code, sizeof(code));
	}
	machine->hypercall = value;
	return true;
}

/* TLFS, "Partition Reference TSC Mechanism". */
struct reference_tsc {
	uint32_t sequence;
	uint32_t reserved;
	uint64_t scale;
	int64_t offset;
};

static bool reference_page_write(struct machine *machine, uint64_t value)
{
	struct reference_tsc *page;

	page = machine_memory(machine, value & PAGE_ADDRESS, PAGE_SIZE);
	if (value & PAGE_ENABLED) {
		if (!page)
			return false;
		page->scale = time_scale(machine);
		page->offset = 0;
		__atomic_store_n(&page->sequence, 1, __ATOMIC_RELEASE);
	}
	machine->reference_tsc = value;
	return true;
}

bool hyperv_msr_read(struct vp *vp, uint32_t msr, uint64_t *value)
{
	const struct machine *machine = machine_of(vp->vm);

	if (machine->config.signature == LINUX_SIGNATURE_KVM)
		return false;
	*value = 0;
	switch (msr) {
	case MSR_GUEST_ID:
		*value = machine->guest_id;
		return true;
	case MSR_HYPERCALL:
		*value = machine->hypercall;
		return true;
	case MSR_VP_INDEX:
		*value = vp->number;
		return true;
	case MSR_TIME:
		*value = time_read(machine);
		return true;
	case MSR_REFERENCE_TSC:
		*value = machine->reference_tsc;
		return true;
	case MSR_TSC_FREQUENCY:
		*value = machine->tsc_hz;
		return true;
	case MSR_APIC_FREQUENCY:
		*value = APIC_HZ;
		return true;
	case MSR_VP_ASSIST:
		*value = machine->vp_assist[vp->number];
		return true;
	case MSR_GUEST_IDLE:
		/* TLFS, "Virtual Processor Idle Sleep State": a masked interrupt ends it, too. */
		vp_halt(vp, MSHV_VTL_OFFLOAD_HALT_IDLE);
		return true;
	case MSR_TSC_INVARIANT:
		*value = 1;
		return true;
	default:
		return false;
	}
}

bool hyperv_msr_write(struct vp *vp, uint32_t msr, uint64_t value)
{
	struct machine *machine = machine_of(vp->vm);

	if (machine->config.signature == LINUX_SIGNATURE_KVM)
		return false;
	switch (msr) {
	case MSR_GUEST_ID:
		machine->guest_id = value;
		return true;
	case MSR_HYPERCALL:
		return hypercall_page_write(machine, value);
	case MSR_REFERENCE_TSC:
		return reference_page_write(machine, value);
	case MSR_VP_ASSIST:
		/* The page is for hints of the hypervisor; this one gives none. */
		machine->vp_assist[vp->number] = value;
		return true;
	case MSR_TSC_INVARIANT:
		return value == 1;
	default:
		return false;
	}
}

/* TLFS, "HvCallSendSyntheticClusterIpi"; VP n is bit n. */
static uint64_t cluster_ipi(struct vp *vp, uint64_t control)
{
	const struct mshv_tdx_l2_enter_guest_state *gpr = &vp->context->gpr;
	uint32_t vector = gpr->rdx;
	uint64_t mask = gpr->r8;
	const uint64_t *input;
	unsigned int i;

	if (!(control & CALL_FAST)) {
		input = machine_memory(machine_of(vp->vm), gpr->rdx, 2 * sizeof(*input));
		if (!input || gpr->rdx % sizeof(*input))
			return STATUS_INVALID_INPUT;
		vector = input[0];
		mask = input[1];
	}
	if (vector < VECTOR_MIN || vector > UINT8_MAX || mask >> vp->vm->config.vps)
		return STATUS_INVALID_PARAMETER;
	for (i = 0; i < vp->vm->config.vps; i++) {
		if (mask >> i & 1)
			vp_post(vp, i, vector);
	}
	return STATUS_SUCCESS;
}

bool hyperv_call_serve(struct vp *vp)
{
	uint64_t control = vp->context->gpr.rcx, status = STATUS_INVALID_CODE;

	if (CALL_CODE(control) == CALL_CLUSTER_IPI)
		status = cluster_ipi(vp, control);
	else if (CALL_CODE(control) == CALL_SPIN_WAIT)
		status = STATUS_SUCCESS;
	vp->context->gpr.rax = status;
	exit_step_over(vp);
	return true;
}
