/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A kernel that contains only tests: the declarations that its parts share.
 */
#ifndef _BARE_H
#define _BARE_H

/* Numbers that assembly needs too. */

#ifndef _BARE_LAYOUT_H
#define _BARE_LAYOUT_H

#define STACK_BYTES      0x8000
#define CPUS_MAX         8

#define SELECTOR_CODE    0x08
#define SELECTOR_DATA    0x10
#define SELECTOR_CODE_32 0x18
#define SELECTOR_USER_DATA 0x23
#define SELECTOR_USER_CODE 0x2b
#define SELECTOR_TSS     0x30

/* Offsets in struct cpu, which is at the lowest address of a stack. */
#define CPU_STACK        0
#define CPU_REGS         8
#define CPU_CODE         16

#endif /* _BARE_LAYOUT_H */

#ifndef __ASSEMBLY__

#include <linux/types.h>

/* Registers by their number in an instruction. */
enum { RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI, R8, R9, R10, R11, R12, R13, R14, R15, REGS };

/** struct frame - the stack frame of a trap, see start.S */
struct frame {
	u64 rax, rcx, rdx, rbx, rbp, rsi, rdi, r8, r9, r10, r11, r12, r13, r14, r15;
	u64 vector, error;
	u64 rip, cs, rflags, rsp, ss;
};

#define NO_TRAP (~0ULL)

/** struct trap - how the last instruction of a row ended */
struct trap {
	u64 vector;
	u64 error;
	u64 rip;
	u64 cs;
	u64 rflags;
};

/**
 * struct cpu - the state of a CPU, at the lowest address of its stack
 * @stack:     the stack pointer to which execute_at() returns
 * @regs:      the registers of the row
 * @code:      its instruction
 * @trap:      how it ended
 * @index:     which CPU
 * @executing: a trap belongs to the row, and is not a fault of the test kernel
 * @keeps_eoi: the handler of the next interrupt does not write EOI
 * @arrived:   the vectors of the interrupts that have arrived
 * @arrivals:  their number
 */
struct cpu {
	u64 stack;
	u64 *regs;
	const void *code;
	struct trap trap;
	u32 index;
	volatile bool executing;
	volatile bool keeps_eoi;
	volatile u32 arrivals;
	volatile u8 arrived[64];
};

static inline struct cpu *cpu_here(void)
{
	u64 stack;

	asm volatile("movq %%rsp, %0" : "=r" (stack));
	return (struct cpu *)(stack & ~(u64)(STACK_BYTES - 1));
}

/* ---- machine.c ---- */

/* Page table, segments and traps. */

/* The half of the guest-physical space that the host sees, and where it is mapped. */
#define SHARED      BIT_ULL(39)
#define SHARED_VIEW BIT_ULL(40)
/* Memory for rows, not used otherwise. Its pages may be shared. */
#define ARENA       0x4000000ULL
#define ARENA_BYTES 0x800000ULL

#define RFLAGS_IF   BIT(9)
#define RFLAGS_RF   BIT(16)

#define VECTOR_NMI  2
#define VECTOR_UD   6
#define VECTOR_DF   8
#define VECTOR_GP   13
#define VECTOR_VE   20

void machine_start(struct cpu *cpu);
struct cpu *cpu_of(u32 index);
/* Executes code. Return: the vector of the trap that ended it, or NO_TRAP. */
u64 execute(const void *code, u32 length, u64 *regs);
/* The same at CPL 3. */
u64 execute_as_user(const void *code, u32 length, u64 *regs);
u64 code_address(void);
u64 rdmsr(u32 msr);
void wrmsr(u32 msr, u64 value);

/* ---- The other CPU ---- */

/* Starts it. It then waits for work. Return: whether there is another CPU. */
bool other_start(const u8 *params);
/* Lets it call a function once, and does not wait for that. */
void other_call(void (*function)(void));
/* Waits until it has called the function. */
void other_wait(void);

/* Turns interrupts on for a moment. */
void let_in(void);

/* ---- TDCALL, and the ports, which a trust domain and an ordinary guest access differently ---- */

enum {
	TDG_VMCALL = 0, TDG_VP_INFO = 1, TDG_RTMR_EXTEND = 2, TDG_VEINFO_GET = 3, TDG_REPORT = 4,
	TDG_CPUIDVE_SET = 5, TDG_PAGE_ACCEPT = 6, TDG_VM_RD = 7, TDG_VM_WR = 8, TDG_VP_RD = 9,
	TDG_VP_WR = 10, TDG_SYS_RD = 11, TDG_ATTR_RD = 23, TDG_ATTR_WR = 24, TDG_VP_ENTER = 25,
};

enum {
	VMCALL_CPUID = 10, VMCALL_HLT = 12, VMCALL_IO = 30, VMCALL_RDMSR = 31, VMCALL_WRMSR = 32,
	VMCALL_MMIO = 48, VMCALL_WBINVD = 54, VMCALL_INFO = 0x10000, VMCALL_MAP_GPA = 0x10001,
	VMCALL_QUOTE = 0x10002, VMCALL_FATAL = 0x10003, VMCALL_NOTIFY = 0x10004,
};

/* R10 to R15 are passed. */
#define MASK_USUAL 0xfc00ULL

#define OPERAND_INVALID(operand) (0xc000010000000000ULL | (operand))

/* Return: RAX. A trap ends the run. */
u64 tdcall(u64 *regs);
u64 tdcall_1(u64 leaf, u64 rcx);
/* Return: R10. @value, if it is not NULL, gets R11. */
u64 tdvmcall(u64 function, u64 r12, u64 r13, u64 r14, u64 r15, u64 *value);
/* Writes a byte to the serial port. */
void put_byte(u8 byte);
void power_off(void) __noreturn;

/* ---- l2.c: guests of the test kernel ---- */

/* The fields of VM 1; those of the others follow at equal distances. */
#define FIELD(code)        (0x2420000000000000ULL | (code))
#define FIELD_DEADLINE     0xa020000300000059ULL
#define FIELD_VAPIC        FIELD(0x2012)

/** struct l2_buffer - L2_ENTER_GUEST_STATE */
struct l2_buffer {
	u64 gpr[REGS];
	u64 rflags, rip, ssp;
	u8 rvi, svi;
} __packed;

/* A VM's pages begin in the second half of the arena: code, buffer, virtual APIC. */
struct l2_buffer *l2_buffer(u32 vm);
u64 l2_page(u32 vm, u32 number);
u64 field_of(u32 vm, u64 id);
u64 field_get(u64 id);
void field_set(u64 id, u64 value);
void field_set_masked(u64 id, u64 value, u64 mask);
/* Gives a VM an alias of a page. Return: the status. */
u64 l2_map(u32 vm, u64 gpa);
/* Puts a VM into 64-bit mode, with two pages of page tables. Return: 0 on success. */
u64 l2_set_modes(u32 vm, u64 tables);
/* Sets up all that a VM needs to run this code. */
void l2_make(u32 vm, const void *code, u32 length);
/* Enters a VM. Return: RAX; the other registers are in @regs. */
u64 l2_enter(u32 vm, u64 *regs);

/* ---- main.c: output ---- */

/* Whether the kernel is a trust domain; otherwise it is an ordinary guest. */
extern bool is_td;

struct row {
	void (*run)(void);
	const char *name;
};

#define ROW(function) { function, #function }

extern bool row_failed;

void say(const char *format, ...) __printf(1, 2);
void check_hex(const char *what, u32 line, u64 is, u64 wanted);
void rows_run(const struct row *rows, u32 count);
void rows_end(void);
u64 word_of(const char *line, const char *word, u64 otherwise);

#define CHECK(is, wanted) check_hex(#is, __LINE__, is, wanted)

/* ---- The rows, by files ---- */

extern const struct row ve_rows[], call_rows[], posted_rows[], memory_rows[], l2_rows[];
extern const u32 ve_count, call_count, posted_count, memory_count, l2_count;

/* Runs a row that ends the machine; each needs a boot of its own. */
void end_run(const char *line);

/* ---- fuzz*.c: random calls ---- */

void fuzz_run(const char *line);

/* Pages whose state changes; L1 itself accesses them only at their shared address. */
#define CHANGING    ARENA
#define CHANGING_BYTES (ARENA_BYTES / 2)
/* Private pages of L1: operands of calls, and L2's memory. */
#define PRIVATE     (ARENA + ARENA_BYTES / 2)
#define PRIVATE_BYTES (ARENA_BYTES / 4)
/* Pages that stay shared: input and output of hypercalls, and the SynIC's pages. */
#define COMMON      (PRIVATE + PRIVATE_BYTES)
#define COMMON_BYTES (ARENA_BYTES / 4)
/* The end of L1's memory, of which tests/bare/run gives it 256 MiB. */
#define MEMORY_END  0x10000000ULL

/* Returns a random number below @below. Each CPU has its own sequence. */
u32 chance(u32 below);
u64 random64(void);
/* Returns a number that is likely to find bugs: small, a power of two, a limit. */
u64 odd_number(void);
/* Returns an address for a call: any except those that L1 itself uses. */
u64 odd_address(void);
/* Returns an address to which a call may write. */
u64 private_address(u64 alignment);

#define PICK(array) (array)[chance(ARRAY_SIZE(array))]

/* The kinds of calls, which are counted. */
enum fuzz_kind {
	FUZZ_TDCALL, FUZZ_VMCALL, FUZZ_HYPERCALL, FUZZ_MSR, FUZZ_CPUID, FUZZ_PORT, FUZZ_MMIO,
	FUZZ_CODE, FUZZ_ENTER, FUZZ_DOOR, FUZZ_INTERRUPTS, FUZZ_KINDS
};

/* If true, the side door may reset what another CPU uses. */
extern bool fuzz_alone;
extern u64 fuzz_tsc_hz;

void fuzz_tdcall(void);
void fuzz_vmcall(void);
void fuzz_hypercall(void);
void fuzz_msr(void);
void fuzz_cpuid(void);
void fuzz_port(void);
void fuzz_mmio(void);
void fuzz_code(void);
void fuzz_enter(void);
void fuzz_door(void);
void fuzz_interrupts(void);

/* Execute any instruction, and fetch the contents of a #VE. */
void fuzz_execute(const void *code, u32 length, u64 *regs);
void fuzz_registers(u64 *regs);
u64 fuzz_now(void);

#endif /* !__ASSEMBLY__ */
#endif /* _BARE_H */
