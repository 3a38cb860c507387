// SPDX-License-Identifier: GPL-2.0-only
/*
 * L1's exits, and how they are handled.
 *
 * Owns: what handles an exit: the TDX module, a #VE, or the end of the machine.
 * Must not know: what a TDCALL or a hypercall does.
 */
#include <asm/processor-flags.h>

#include "apic/apic.h"
#include "base/base.h"
#include "base/machine.h"
#include "boot/boot.h"
#include "control/control.h"
#include "host/host.h"
#include "tdx/tdx.h"
#include "vcpu/exits.h"
#include "vcpu/gpa.h"
#include "vcpu/l1.h"
#include "vcpu/world.h"

#define IOIO_IN        BIT(0)
#define IOIO_STRING    BIT(2)
#define IOIO_REPEAT    BIT(3)
#define IOIO_SIZE      4
#define IOIO_PORT      16

/* Qualification of VMX's I/O exits: Intel SDM 3C, "Exit Qualification". */
#define IO_IN          BIT(3)
#define IO_STRING      BIT(4)
#define IO_REPEAT      BIT(5)
#define IO_IMMEDIATE   BIT(6)
#define IO_PORT        16

/* Qualification of its EPT violations. */
#define EPT_READ       BIT(0)
#define EPT_WRITE      BIT(1)
#define EPT_FETCH      BIT(2)
#define EPT_LINEAR     BIT(7)
#define EPT_FINAL      BIT(8)

/* The lengths of instructions, without prefixes. */
#define HLT_LENGTH     1
#define TDCALL_LENGTH  3

/* The offset of the self-IPI register in a virtual-APIC page. */
#define SELF_IPI_OFFSET 0x3f0

#define SEGMENT_LONG   BIT(9)

static void raise_ve(struct l1_cpu *l1, enum vmx_reason reason, u64 qualification, u32 length)
{
	struct l1_ve ve = {
		.reason = reason, .qualification = qualification, .length = length,
	};

	l1_raise_ve(l1, &ve);
}

/* @opcode: the length of the instruction without its prefixes. */
static void raise_ve_of(struct l1_cpu *l1, enum vmx_reason reason, u32 opcode)
{
	raise_ve(l1, reason, 0, code_length(l1, opcode));
}

/* The port is an immediate byte: opcodes 0xe4 to 0xe7. */
static bool port_is_immediate(const struct l1_cpu *l1)
{
	struct code code;

	code_read(l1, &code);
	return (*code_opcode(&code) & 0xfc) == 0xe4;
}

static void exit_io(struct l1_cpu *l1)
{
	u64 info = l1->vmcb->exit_info_1, size = info >> IOIO_SIZE & 7;
	u64 qualification = (size - 1) | (info >> IOIO_PORT & 0xffff) << IO_PORT;

	if (info & IOIO_IN)
		qualification |= IO_IN;
	if (info & IOIO_STRING)
		qualification |= IO_STRING;
	if (info & IOIO_REPEAT)
		qualification |= IO_REPEAT;
	if (port_is_immediate(l1))
		qualification |= IO_IMMEDIATE;
	raise_ve(l1, VMX_IO, qualification, l1->vmcb->exit_info_2 - l1->vmcb->rip);
}

/*
 * A kernel that knows no reset vector in the mailbox (Linux before 6.11) halts a CPU that
 * it takes offline, with interrupts off, and wakes it through the mailbox again.
 */
static void exit_halt(struct l1_cpu *l1)
{
	if (options.td) {
		raise_ve_of(l1, VMX_HLT, HLT_LENGTH);
		return;
	}
	l1_skip(l1, code_length(l1, HLT_LENGTH));
	if (l1->vmcb->rflags & X86_EFLAGS_IF)
		idle_wait(l1);
	else
		smp_park(l1);
}

/* QEMU does not distinguish INVD and WBINVD. */
static void exit_invd(struct l1_cpu *l1)
{
	struct code code;

	code_read(l1, &code);
	raise_ve(l1, memcmp(code_opcode(&code), "\x0f\x08", 2) ? VMX_WBINVD : VMX_INVD, 0,
		 code.prefixes + 2);
}

static u64 violation_of(u64 error)
{
	/* SVM reports each walk of L1's tables as a write; VMX reports a read. */
	if (error & SVM_NPF_TABLE)
		return EPT_LINEAR | EPT_READ;
	if (error & SVM_NPF_WRITE)
		return EPT_LINEAR | EPT_FINAL | EPT_WRITE;
	return EPT_LINEAR | EPT_FINAL | (error & SVM_NPF_FETCH ? EPT_FETCH : EPT_READ);
}

/*
 * The CPU itself raises #VE for an unmapped shared address, but not before the contents of the
 * last #VE have been fetched: then it exits, the TDX module exits to the host
 * (td_ept_violation.c), and this host cannot map anything.
 */
static bool is_ve(const struct l1_cpu *l1, u64 gpa)
{
	return options.td && gpa_is_shared_half(gpa) && !l1->ve.valid;
}

/*
 * An access to an address in the shared half that the host does not map raises #VE. An access to
 * private memory that does not exist would exit to the host, which cannot map anything:
 * attribute SEPT_VE_DISABLE prevents a #VE.
 */
static void exit_page_fault(struct l1_cpu *l1)
{
	u64 gpa = l1->vmcb->exit_info_2;
	struct l1_ve ve = {
		.reason = VMX_EPT_VIOLATION, .gpa = gpa,
		.qualification = violation_of(l1->vmcb->exit_info_1),
	};

	l1->count.page_faults++;
	if (is_ve(l1, gpa)) {
		ve.gla = operand_find(l1->vmcb, l1->regs, gpa);
		l1_raise_ve(l1, &ve);
		return;
	}
	print("hypervisor: CPU %u: L1 touches %llx, which is %s%s\n", l1->index, gpa,
	      gpa_state_name(gpa_state(gpa)),
	      l1->ve.valid ? ", while a #VE is not fetched" : "");
	l1_show(l1);
	stop("hypervisor: L1 cannot go on\n");
}

/* Instructions of Intel's CPUs, which L1 believes to run on. */
static void exit_undefined(struct l1_cpu *l1)
{
	struct code code;

	code_read(l1, &code);
	if (options.td && code.data && !memcmp(code_opcode(&code), "\x0f\x01\xcc", 3)) {
		if (l1->vmcb->cpl || !(l1->vmcb->cs.attributes & SEGMENT_LONG))
			l1_raise(l1, VECTOR_GP);
		else
			leaves_handle(l1, code.prefixes + TDCALL_LENGTH);
	} else if (options.td && !memcmp(code_opcode(&code), "\x0f\x01\xc1", 3)) {
		raise_ve(l1, VMX_VMCALL, 0, code.prefixes + 3);
	} else {
		l1_raise(l1, VECTOR_UD);
	}
}

/* Calls of the side door, or Hyper-V's, as a guest on AMD makes them. */
static void exit_vmmcall(struct l1_cpu *l1)
{
	if (!l1->vmcb->cpl && control_handle(l1))
		return;
	if (options.td || !options.hyperv || l1->vmcb->cpl)
		l1_raise(l1, VECTOR_UD);
	else
		hypercall_by_page(l1);
}

static void exit_iret(struct l1_cpu *l1)
{
	l1->nmi_blocked = false;
	l1->vmcb->intercepts &= ~SVM_INTERCEPT(SVM_IRET);
}

static bool cpuid_is_ve(const struct l1_cpu *l1)
{
	u8 asked = l1->vmcb->cpl ? L1_CPUID_VE_USER : L1_CPUID_VE_KERNEL;
	u32 leaf = l1->vmcb->rax;

	if (l1->cpuid_ve & asked)
		return true;
	if (leaf == CPUID_TOPOLOGY || leaf == CPUID_TOPOLOGY_V2)
		return !tdx_module_has_topology();
	return !cpuid_is_of_module(leaf, l1->regs[GPR_RCX]);
}

static void ask_cpu(struct l1_cpu *l1, u32 leaf, u32 subleaf, u32 words[CPUID_WORDS])
{
	bool is_td_topology = options.td && leaf == CPUID_TOPOLOGY_V2;
	struct cpuid_words raw = machine_cpuid(is_td_topology ? CPUID_TOPOLOGY : leaf, subleaf);
	struct cpuid_view view = {
		.td = options.td, .cr4 = l1->vmcb->cr4, .tsc_hz = timer_tsc_hz,
		.id = tdx_module_has_topology() ? l1->apic_id : l1->index,
		.cpus = l1_count,
	};

	words[CPUID_A] = raw.a;
	words[CPUID_B] = raw.b;
	words[CPUID_C] = raw.c;
	words[CPUID_D] = raw.d;
	cpuid_answer(&view, leaf, subleaf, words);
}

static void answer_cpuid(struct l1_cpu *l1)
{
	u32 leaf = l1->vmcb->rax, words[CPUID_WORDS];

	if (cpuid_is_of_host(leaf))
		host_cpuid(leaf, words);
	else
		ask_cpu(l1, leaf, l1->regs[GPR_RCX], words);
	l1->vmcb->rax = words[CPUID_A];
	l1->regs[GPR_RBX] = words[CPUID_B];
	l1->regs[GPR_RCX] = words[CPUID_C];
	l1->regs[GPR_RDX] = words[CPUID_D];
	l1_skip(l1, code_length(l1, 2));
}

static void exit_cpuid(struct l1_cpu *l1)
{
	if (options.td && cpuid_is_ve(l1))
		raise_ve_of(l1, VMX_CPUID, 2);
	else
		answer_cpuid(l1);
}

static void exit_msr(struct l1_cpu *l1)
{
	bool is_write = l1->vmcb->exit_info_1 & 1;

	switch (msr_handle(l1, is_write)) {
	case MSR_DONE:
		l1_skip(l1, code_length(l1, 2));
		return;
	case MSR_OF_HOST:
		raise_ve_of(l1, is_write ? VMX_WRMSR : VMX_RDMSR, 2);
		return;
	case MSR_IS_APIC_WRITE:
		/* This exit comes after the instruction. */
		l1_skip(l1, code_length(l1, 2));
		raise_ve(l1, VMX_APIC_WRITE, SELF_IPI_OFFSET, 0);
		return;
	case MSR_REFUSED:
		l1_raise(l1, VECTOR_GP);
	}
}

/* CPUID tells an ordinary guest that there is none. */
static void exit_monitor(struct l1_cpu *l1)
{
	bool waits = l1->vmcb->exit_code == SVM_MWAIT;

	if (options.td)
		raise_ve_of(l1, waits ? VMX_MWAIT : VMX_MONITOR, 3);
	else
		l1_raise(l1, VECTOR_UD);
}

static void exit_fatal(struct l1_cpu *l1)
{
	print("hypervisor: CPU %u: %s\n", l1->index,
	      l1->vmcb->exit_code == SVM_SHUTDOWN ? "a triple fault of L1" : "an unknown exit");
	l1_show(l1);
	stop("hypervisor: L1 cannot go on\n");
}

/* QEMU's exit for what should be a #GP of an ordinary guest; otherwise VMRUN has failed. */
static void exit_failed(struct l1_cpu *l1)
{
	if (control_register_refused(l1))
		l1_raise(l1, VECTOR_GP);
	else
		exit_fatal(l1);
}

static void count(struct l1_cpu *l1)
{
	if (l1->vmcb->exit_code < ARRAY_SIZE(l1->count.exits))
		l1->count.exits[l1->vmcb->exit_code]++;
}

void exits_handle_l1(struct l1_cpu *l1)
{
	count(l1);
	switch ((u32)l1->vmcb->exit_code) {
	case SVM_CR_WRITE:
	case SVM_CR_WRITE + 4:
	case SVM_CR_WRITE + 8:
		control_register_write(l1);
		break;
	case SVM_NMI:
	case SVM_VINTR:
		break;
	case SVM_INTR:
		interrupts_take_hosts(l1);
		break;
	case SVM_IRET:
		exit_iret(l1);
		break;
	case SVM_CPUID:
		exit_cpuid(l1);
		break;
	case SVM_MSR:
		exit_msr(l1);
		break;
	case SVM_IOIO:
		exit_io(l1);
		break;
	case SVM_HLT:
		exit_halt(l1);
		break;
	case SVM_INVD:
	case SVM_WBINVD:
		exit_invd(l1);
		break;
	case SVM_EXCEPTION + VECTOR_UD:
		exit_undefined(l1);
		break;
	case SVM_NPF:
		exit_page_fault(l1);
		break;
	case SVM_VMMCALL:
		exit_vmmcall(l1);
		break;
	case SVM_RDPMC:
		l1_raise(l1, VECTOR_GP);
		break;
	case SVM_VMRUN:
	case SVM_VMLOAD ... SVM_SKINIT:
	case SVM_INVLPGA:
		l1_raise(l1, VECTOR_UD);
		break;
	case SVM_MONITOR:
	case SVM_MWAIT:
		exit_monitor(l1);
		break;
	case SVM_FAILED:
		exit_failed(l1);
		break;
	default:
		exit_fatal(l1);
	}
}
