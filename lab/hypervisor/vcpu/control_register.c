// SPDX-License-Identifier: GPL-2.0-only
/*
 * L1's writes to CR0, CR4 and CR8.
 *
 * Owns: which values are allowed. QEMU accepts any value from a guest, but its next VMRUN
 * refuses some, which would end L1. For a trust domain, #GP and #VE are raised as by Intel's
 * TDX module TDX_1.5.01, td_cr_access_exit() in td_other_exits.c.
 */
#include <asm/msr-index.h>
#include <asm/processor-flags.h>

#include "apic/apic.h"
#include "base/base.h"
#include "base/machine.h"
#include "tdx/tdx.h"
#include "vcpu/exits.h"
#include "vcpu/gpa.h"
#include "vcpu/l1.h"

#define REX_B         BIT(0)
#define GROUP_7       0x01
#define CLTS          0x06
#define MOV_TO_CR     0x22
#define LMSW_BITS     0xfULL
#define CR8_MAX       0xf

/* Bits that CR0 ignores. */
#define CR0_IGNORED   (GENMASK_ULL(28, 19) | BIT_ULL(17) | GENMASK_ULL(15, 6))
#define CR0_DEFINED   0xffffffffULL

/* SDM 3C, table "Exit Qualification for Control-Register Accesses": MOV to CR. */
#define QUALIFICATION_GPR 8

#define SEGMENT_LONG  BIT(9)
#define SEGMENT_32    BIT(10)

/* The result of a write. */
enum verdict { CR_WRITTEN, CR_GP, CR_VE };

/**
 * struct write - a write to a control register
 * @number: of the control register
 * @gpr:    the register with the value
 * @value:  the value
 * @length: of the instruction
 */
struct write {
	u32 number;
	u32 gpr;
	u64 value;
	u32 length;
};

/*
 * CR8 is the task priority, of which the CPU's APIC has only a part. An ordinary guest leaves
 * 64-bit mode to start its CPUs: its writes to CR0 and CR4 are not intercepted.
 */
u16 control_register_intercepts(void)
{
	return CONTROL_REGISTER_8 | (options.td ? BIT(0) | BIT(4) : 0);
}

static u64 gpr_value(const struct l1_cpu *l1, u32 number)
{
	switch (number) {
	case GPR_RAX:
		return l1->vmcb->rax;
	case GPR_RSP:
		return l1->vmcb->rsp;
	default:
		return l1->regs[number];
	}
}

static u8 rex_of(const struct code *code)
{
	u8 last = code->prefixes ? code->bytes[code->prefixes - 1] : 0;

	return last >> 4 == 4 ? last : 0;
}

static void decode_mov(const struct l1_cpu *l1, const struct code *code, struct write *write)
{
	u8 modrm = code_opcode(code)[2];

	write->gpr = (modrm & 7) | (rex_of(code) & REX_B ? 8 : 0);
	write->value = gpr_value(l1, write->gpr);
	write->length = code->prefixes + 3;
}

/* LMSW can set PE, but not clear it. */
static void decode_lmsw(const struct l1_cpu *l1, const struct code *code, struct write *write)
{
	u8 modrm = code_opcode(code)[2];
	u16 word = gpr_value(l1, (modrm & 7) | (rex_of(code) & REX_B ? 8 : 0));
	u64 bits = (word & LMSW_BITS) | (l1->vmcb->cr0 & X86_CR0_PE);

	write->value = (l1->vmcb->cr0 & ~LMSW_BITS) | bits;
	write->length = code->prefixes + 3;
}

/*
 * LMSW from memory raises #UD, as SMSW does for L2: 64-bit kernels do not use it, and it would
 * need a decoder of instruction lengths.
 */
static bool decode(const struct l1_cpu *l1, struct write *write)
{
	const u8 *opcode;
	struct code code;

	code_read(l1, &code);
	opcode = code_opcode(&code);
	if (opcode[0] != 0x0f)
		return false;
	if (opcode[1] == MOV_TO_CR) {
		decode_mov(l1, &code, write);
	} else if (opcode[1] == CLTS) {
		write->value = l1->vmcb->cr0 & ~(u64)X86_CR0_TS;
		write->length = code.prefixes + 2;
	} else if (opcode[1] == GROUP_7 && opcode[2] >> 6 == 3) {
		decode_lmsw(l1, &code, write);
	} else {
		return false;
	}
	return true;
}

/*
 * L1 stays in 64-bit mode, with paging on. In a trust domain, setting CD is a #VE; here it is
 * allowed, because Linux 6.12 sets it on Hyper-V without a paravisor, and would stop there.
 */
static enum verdict write_cr0(struct l1_cpu *l1, u64 value)
{
	struct vmcb *vmcb = l1->vmcb;

	if ((value & ~CR0_DEFINED) || (options.td && !(value & X86_CR0_NE)))
		return CR_GP;
	if ((value & X86_CR0_NW) && !(value & X86_CR0_CD))
		return CR_GP;
	if ((value & X86_CR0_PG) && !(value & X86_CR0_PE))
		return CR_GP;
	if ((value ^ vmcb->cr0) & X86_CR0_PG)
		return CR_GP;
	vmcb->cr0 = (value & ~CR0_IGNORED) | (vmcb->cr0 & CR0_IGNORED) | X86_CR0_ET;
	return CR_WRITTEN;
}

static u64 cr4_there_is(void)
{
	static u64 bits;

	if (!bits)
		tdx_module_rdmsr(MSR_IA32_VMX_CR4_FIXED1, &bits);
	/* That is L2's, in which the module sets VMXE. */
	return bits & ~(u64)X86_CR4_VMXE;
}

static enum verdict write_cr4(struct l1_cpu *l1, u64 value)
{
	struct vmcb *vmcb = l1->vmcb;
	u64 of_module = options.td ? X86_CR4_VMXE | X86_CR4_SMXE : 0, changed = value ^ vmcb->cr4;

	if ((value & ~(cr4_there_is() | of_module)) || !(value & X86_CR4_PAE) ||
	    (changed & X86_CR4_LA57))
		return CR_GP;
	if ((changed & value & X86_CR4_PCIDE) && (vmcb->cr3 & 0xfff))
		return CR_GP;
	if ((value & of_module) || (options.td && !(value & X86_CR4_MCE)))
		return CR_VE;
	vmcb->cr4 = value;
	return CR_WRITTEN;
}

/* CR8 is the task priority. */
static enum verdict write_cr8(struct l1_cpu *l1, u64 value)
{
	if (value > CR8_MAX)
		return CR_GP;
	l1_apic_write(l1, APIC_MSR_FIRST + APIC_TPR, value << 4);
	return CR_WRITTEN;
}

static enum verdict write_one(struct l1_cpu *l1, const struct write *write)
{
	switch (write->number) {
	case 0:
		return write_cr0(l1, write->value);
	case 4:
		return write_cr4(l1, write->value);
	default:
		return write_cr8(l1, write->value);
	}
}

static void raise_ve(struct l1_cpu *l1, const struct write *write)
{
	struct l1_ve ve = {
		.reason = VMX_CR_ACCESS, .length = write->length,
		.qualification = write->number | write->gpr << QUALIFICATION_GPR,
	};

	l1_raise_ve(l1, &ve);
}

void control_register_write(struct l1_cpu *l1)
{
	struct write write = { .number = l1->vmcb->exit_code - SVM_CR_WRITE };

	if (!decode(l1, &write)) {
		l1_raise(l1, VECTOR_UD);
		return;
	}
	switch (write_one(l1, &write)) {
	case CR_WRITTEN:
		l1->vmcb->tlb_control = SVM_FLUSH_ALL;
		l1_skip(l1, write.length);
		break;
	case CR_GP:
		l1_raise(l1, VECTOR_GP);
		break;
	case CR_VE:
		raise_ve(l1, &write);
	}
}

bool control_register_refused(const struct l1_cpu *l1)
{
	struct write write;
	struct code code;

	code_read(l1, &code);
	if (code_opcode(&code)[0] != 0x0f || code_opcode(&code)[1] != MOV_TO_CR)
		return false;
	decode_mov(l1, &code, &write);
	switch (code_opcode(&code)[2] >> 3 & 7) {
	case 0:
		return write.value & ~CR0_DEFINED;
	case 3:
		return write.value >> GPA_WIDTH;
	case 4:
		return write.value & ~cr4_there_is();
	default:
		return false;
	}
}

void control_register_repair(struct l1_cpu *l1)
{
	struct vmcb *vmcb = l1->vmcb;

	if (!(vmcb->cr0 & X86_CR0_CD))
		vmcb->cr0 &= ~(u64)X86_CR0_NW;
	if (vmcb->cr0 & X86_CR0_PG) {
		vmcb->cr0 |= X86_CR0_PE;
		if (vmcb->efer & EFER_LME)
			vmcb->cr4 |= X86_CR4_PAE;
	}
	vmcb->dr6 = (u32)vmcb->dr6;
	vmcb->dr7 = (u32)vmcb->dr7;
	if ((vmcb->cs.attributes & SEGMENT_LONG) && (vmcb->cs.attributes & SEGMENT_32))
		vmcb->cs.attributes &= ~SEGMENT_32;
}
