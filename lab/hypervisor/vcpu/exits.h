/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * L1's exits, and what their handlers know of MSRs, control registers, CPUID and instructions.
 */
#ifndef _HYPERVISOR_VCPU_EXITS_H
#define _HYPERVISOR_VCPU_EXITS_H

#include <linux/types.h>

struct l1_cpu;
struct vmcb;

/* ---- exits.c ---- */

/**
 * exits_handle_l1() - handle an exit of L1
 * @l1: of this CPU.
 *
 * When it returns, L1 can go on.
 */
void exits_handle_l1(struct l1_cpu *l1);

/* ---- msr.c ---- */

/**
 * enum msr_result - how an access ends
 * @MSR_DONE:    it was carried out
 * @MSR_OF_HOST: it is a #VE
 * @MSR_REFUSED: it is a #GP
 * @MSR_IS_APIC_WRITE: it was carried out, and then it is a #VE
 */
enum msr_result {
	MSR_DONE,
	MSR_OF_HOST,
	MSR_REFUSED,
	MSR_IS_APIC_WRITE,
};

/**
 * msr_fill_permissions() - fill in which accesses do not exit
 * @map: SVM's permission map, all 0.
 */
void msr_fill_permissions(u8 *map);

/**
 * msr_handle() - handle L1's access to an MSR
 * @l1:       of this CPU; its registers name the MSR.
 * @is_write: which instruction.
 *
 * Return: how it ended.
 */
enum msr_result msr_handle(struct l1_cpu *l1, bool is_write);

/* ---- control_register.c ---- */

/* MOV to CR8, as an intercept. */
#define CONTROL_REGISTER_8 BIT(8)

/**
 * control_register_intercepts() - which writes exit
 *
 * Return: for the control block.
 */
u16 control_register_intercepts(void);

/**
 * control_register_write() - handle MOV to CR0, CR4 or CR8, CLTS or LMSW of L1
 * @l1: of this CPU.
 */
void control_register_write(struct l1_cpu *l1);

/**
 * control_register_repair() - change the state to one that VMRUN accepts
 * @l1: of this CPU, about to be entered.
 *
 * A CPU refuses NW without CD, PG without PE, 64-bit mode without PAE, a debug register with bits
 * 63:32, and a code segment that is both 64-bit and 32-bit, when it is written; QEMU refuses it at
 * VMRUN.
 */
void control_register_repair(struct l1_cpu *l1);

/**
 * control_register_refused() - whether QEMU has ended guest mode where a CPU raises #GP
 * @l1: of this CPU, which has left guest mode with SVM_FAILED.
 *
 * That is what QEMU does when MOV to CR0, CR3 or CR4 sets a reserved bit, if it does not exit: to
 * CR0 and CR4 of an ordinary guest, and to CR3 of any.
 * Return: whether that is the reason.
 */
bool control_register_refused(const struct l1_cpu *l1);

/* ---- cpuid.c: the answers of CPUID to L1. Portable. ---- */

enum cpuid_word { CPUID_A, CPUID_B, CPUID_C, CPUID_D, CPUID_WORDS };

/**
 * struct cpuid_view - the state that the answers depend on
 * @td:     L1 is a trust domain
 * @cr4:    of L1
 * @tsc_hz: how fast L1's TSC goes
 * @id:     of a trust domain's CPU: its APIC's id, or its index where L1 has no topology
 * @cpus:   how many L1 has; each is a core of the one package
 */
struct cpuid_view {
	bool td;
	u64 cr4;
	u64 tsc_hz;
	u32 id;
	u32 cpus;
};

#define CPUID_TOPOLOGY    0xb
#define CPUID_TOPOLOGY_V2 0x1f

/**
 * cpuid_answer() - compute the answer
 * @view:    the state that it depends on.
 * @leaf:    in EAX; none of the host's.
 * @subleaf: in ECX.
 * @words:   in: the CPU's answer, for CPUID_TOPOLOGY_V2 that to CPUID_TOPOLOGY; out: the
 *           answer for L1.
 *
 * Portable.
 */
void cpuid_answer(const struct cpuid_view *view, u32 leaf, u32 subleaf, u32 words[CPUID_WORDS]);

/**
 * cpuid_is_of_host() - whether the host answers
 * @leaf: in EAX.
 *
 * Return: whether it does: these leaves are reserved for hypervisors.
 */
static inline bool cpuid_is_of_host(u32 leaf)
{
	return leaf >> 28 == 4;
}

/**
 * cpuid_is_of_module() - whether the TDX module answers a trust domain
 * @leaf:    in EAX.
 * @subleaf: in ECX.
 *
 * Portable.
 * Return: whether it does; else it is a #VE.
 */
bool cpuid_is_of_module(u32 leaf, u32 subleaf);

/*
 * ---- code.c, walk.c: the instruction at which L1 has exited, read from its memory ----
 *
 * SVM does not report its length and prefixes, nor which of its addresses has led to a nested page
 * fault. code.c is portable.
 */

#define CODE_MAX 15

/**
 * struct code - an instruction, as far as it could be read
 * @bytes:    the instruction, and what follows it
 * @count:    how many bytes could be read; the others are 0
 * @prefixes: how many of them come before the opcode, REX among them
 * @data:     one is 0x66
 * @repeat:   one is 0xf2 or 0xf3
 */
struct code {
	u8 bytes[CODE_MAX + 4];
	u32 count;
	u32 prefixes;
	bool data;
	bool repeat;
};

/**
 * code_prefixes() - find the opcode
 * @code: @bytes and @count are set; the others are out.
 *
 * Portable.
 */
void code_prefixes(struct code *code);

/**
 * code_read() - read the instruction
 * @l1:   of this CPU, which has exited.
 * @code: out.
 */
void code_read(const struct l1_cpu *l1, struct code *code);

/**
 * code_length() - how long the instruction is
 * @l1:     of this CPU, which has exited.
 * @opcode: its length without prefixes.
 *
 * Return: the length with them.
 */
u32 code_length(const struct l1_cpu *l1, u32 opcode);

static inline const u8 *code_opcode(const struct code *code)
{
	return code->bytes + code->prefixes;
}

#define OPERAND_CODE_MAX 15

/**
 * struct operand_state - the registers from which an address is computed
 * @gpr:     general registers by enum l2_gpr, RAX and RSP among them
 * @rip:     of the instruction
 * @fs_base: FS's base
 * @gs_base: GS's base
 */
struct operand_state {
	u64 gpr[16];
	u64 rip;
	u64 fs_base;
	u64 gs_base;
};

/**
 * operand_decode() - the address that an instruction's ModRM byte names
 * @code:    the instruction, in 64-bit mode.
 * @count:   how many bytes of it there are.
 * @state:   the registers.
 * @address: out: linear address.
 *
 * Portable. An instruction without a ModRM byte is decoded as if it had one: the caller must
 * check whether the address makes sense.
 *
 * Return: whether the bytes name memory.
 */
bool operand_decode(const u8 *code, u32 count, const struct operand_state *state, u64 *address);

/**
 * operand_find() - which linear address led to a nested page fault
 * @vmcb: of L1, which has exited.
 * @regs: its registers, but for RAX and RSP.
 * @gpa:  guest-physical address of the fault.
 *
 * SVM does not report it. Of the addresses that the instruction may have used, this is the one
 * that leads to the page of @gpa.
 *
 * Return: the linear address, or 0: none of them does.
 */
u64 operand_find(const struct vmcb *vmcb, const u64 *regs, u64 gpa);

/* walk.c: L1's own page tables. */

/**
 * walk() - translate an address of L1
 * @vmcb: of L1, which has exited.
 * @gla:  linear address.
 * @gpa:  out: guest-physical address, with the shared bit.
 *
 * Return: whether it is mapped. Access rights are not checked.
 */
bool walk(const struct vmcb *vmcb, u64 gla, u64 *gpa);

/**
 * walk_read() - read memory of L1
 * @vmcb:  of L1, which has exited.
 * @gla:   linear address.
 * @to:    where to.
 * @count: how many bytes.
 *
 * Return: how many bytes could be read.
 */
u32 walk_read(const struct vmcb *vmcb, u64 gla, void *to, u32 count);

#endif /* _HYPERVISOR_VCPU_EXITS_H */
