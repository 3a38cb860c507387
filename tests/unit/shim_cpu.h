/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The kernel's view of an x86 CPU in user space, as far as the registers of the TDX platform
 * need it; see shim.h.
 */
#ifndef _SHIM_CPU_H
#define _SHIM_CPU_H

#include <stdbool.h>
#include <stdint.h>

#include "shim.h"

/*
 * ---- cpu_emul.c ----
 * An emulated CPU: the registers that VTL2 and VTL0 share, and the instructions of
 * driver/platform/tdx/insn.h that access them.
 *
 * This file owns the state and the features of a CPU. If the Intel SDM does not allow an
 * instruction or a value, the running test fails. It does not know its users.
 */

/* Features that a CPU may have. */
#define CPU_SPEC_CTRL		(1U << 0)
#define CPU_XSAVE		(1U << 1)
#define CPU_XSAVES		(1U << 2)
#define CPU_AMX			(1U << 3)
#define CPU_SHSTK		(1U << 4)
#define CPU_IBT			(1U << 5)
#define CPU_PKU			(1U << 6)
#define CPU_ALL			0x7fU

/* State components, as bits of XCR0. */
#define CPU_X87			(1ULL << 0)
#define CPU_SSE			(1ULL << 1)
#define CPU_AVX			(1ULL << 2)
#define CPU_TILES		(1ULL << 18)

#define CPU_MXCSR_MASK		0x0002ffffU
#define CPU_MXCSR_DEFAULT	0x1f80U

/* Local and global enable bits of the four breakpoints, and the reset value of DR7. */
#define CPU_DR7_ENABLE		0xffU
#define CPU_DR7_RESET		0x400U

/* The index of each MSR in struct cpu_registers. */
enum cpu_msr {
	CPU_MSR_SPEC_CTRL,
	CPU_MSR_XSS,
	CPU_MSR_XFD,
	CPU_MSR_XFD_ERR,
	CPU_MSR_U_CET,
	CPU_MSR_PL0_SSP,
	CPU_MSR_PL1_SSP,
	CPU_MSR_PL2_SSP,
	CPU_MSR_PL3_SSP,
	CPU_MSR_KERNEL_GS_BASE,
	CPU_MSR_STAR,
	CPU_MSR_LSTAR,
	CPU_MSR_SYSCALL_MASK,
	CPU_MSR_TSC_AUX,
	CPU_MSRS,
};

#define CPU_NO_MSR		(~0U)

struct cpu_extended {
	uint8_t x87[24];
	uint32_t mxcsr;
	uint8_t st[128];
	uint8_t xmm[256];
	uint8_t avx[256];
	uint8_t tiles[64];
};

/* All registers that a program can see. */
struct cpu_registers {
	uint64_t msr[CPU_MSRS];
	uint64_t cr2;
	uint64_t xcr0;
	uint64_t dr[4];
	uint64_t dr6;
	uint64_t dr7;
	uint32_t pkru;
	struct cpu_extended extended;
};

/**
 * struct cpu - the only CPU
 * @registers: the registers that a program can see
 * @has:       its features
 * @cr4:       VTL2's CR4
 * @refused:   MSR that accepts no value, for which only an instruction that may fail is
 *             allowed; 0: none
 * @first:     first MSR that was written since this was set to 0; CPU_NO_MSR: XCR0 or PKRU
 * @xsave_uses: number of XSAVE, XRSTOR and XSETBV instructions
 * @barriers:  number of IBPBs
 * @task_live: the extended registers belong to a task, and are not saved anywhere
 * @task_u_cet, @task_pl3_ssp: these MSRs when the task's registers were last saved. XSAVES
 *             saves them with the rest, and they are loaded when the task returns to user space
 * @kernel_fpu: the kernel is between kernel_fpu_begin() and kernel_fpu_end()
 */
struct cpu {
	struct cpu_registers registers;
	unsigned int has;
	uint64_t cr4;
	uint32_t refused;
	uint32_t first;
	unsigned int xsave_uses;
	unsigned int barriers;
	bool task_live;
	uint64_t task_u_cet;
	uint64_t task_pl3_ssp;
	bool kernel_fpu;
};

extern struct cpu cpu;

/*
 * Starts the CPU. @has: its features; @cr4: those of them that VTL2 uses: X86_CR4_OSXSAVE,
 * X86_CR4_PKE.
 */
void cpu_reset(unsigned int has, uint64_t cr4);

/* Returns whether the CPU has this MSR. @msr: the MSR. */
bool cpu_has_msr(enum cpu_msr msr);

/* Returns all state components that XCR0 may enable. */
uint64_t cpu_components(void);

/* ---- the kernel ---- */

/* The contract with user space uses this type for u64, as the kernel does. */
#define u64 unsigned long long

/* compiler.h, bits.h, cache.h, cpumask.h, log2.h */
#define noinstr
#define __user
#define __init
#define __ro_after_init
#define BIT_ULL(bit) (1ULL << (bit))
typedef struct cpumask cpumask_var_t[1];

static inline size_t roundup_pow_of_two(size_t size)
{
	return size <= 1 ? 1 : 1UL << (64 - __builtin_clzl(size - 1));
}

/* slab.h: memory whose size is a power of two is aligned to its size. */
void *shim_cpu_alloc(size_t size);
#define kzalloc(size, gfp) shim_cpu_alloc(size)

/* asm/msr-index.h, asm/processor-flags.h, asm/debugreg.h */
#define MSR_IA32_SPEC_CTRL	0x48
#define MSR_IA32_PRED_CMD	0x49
#define PRED_CMD_IBPB		BIT(0)
#define MSR_IA32_XFD		0x1c4
#define MSR_IA32_XFD_ERR	0x1c5
#define MSR_IA32_U_CET		0x6a0
#define MSR_IA32_PL0_SSP	0x6a4
#define MSR_IA32_PL1_SSP	0x6a5
#define MSR_IA32_PL2_SSP	0x6a6
#define MSR_IA32_PL3_SSP	0x6a7
#define MSR_IA32_XSS		0xda0
#define MSR_STAR		0xc0000081
#define MSR_LSTAR		0xc0000082
#define MSR_SYSCALL_MASK	0xc0000084
#define MSR_KERNEL_GS_BASE	0xc0000102
#define MSR_TSC_AUX		0xc0000103
#define X86_CR4_PAE		BIT(5)
#define X86_CR4_OSXSAVE		BIT(18)
#define X86_CR4_PKE		BIT(22)
#define DR6_RESERVED		0xffff0ff0

/* asm/fpu/types.h, asm/fpu/xcr.h */
#define XFEATURE_MASK_FP	BIT(0)
#define XFEATURE_MASK_SSE	BIT(1)
#define XFEATURE_MASK_FPSSE	(XFEATURE_MASK_FP | XFEATURE_MASK_SSE)
#define XFEATURE_MASK_PKRU	BIT(9)
#define XCR_XFEATURE_ENABLED_MASK 0

struct fxregs_state {
	u8 x87[24];
	u32 mxcsr;
	u32 mxcsr_mask;
	u8 st[128];
	u8 xmm[256];
	u8 padding[96];
};

struct xregs_state {
	struct fxregs_state i387;
	struct {
		u64 xfeatures;
		u64 xcomp_bv;
		u64 reserved[6];
	} header;
	u8 extended_state_area[];
};

/* The extended registers have no owner in this shim. */
void kernel_fpu_begin(void);
void kernel_fpu_end(void);

u64 xgetbv(u32 index);
#define native_read_cr4() ((unsigned long)cpu.cr4)

/* asm/processor.h, asm/cpuid.h */
struct shim_cpu_data {
	unsigned int cpuid_level;
};

extern struct shim_cpu_data boot_cpu_data;

void cpuid_count(u32 leaf, u32 subleaf, u32 *eax, u32 *ebx, u32 *ecx, u32 *edx);
u32 cpuid_ecx(u32 leaf);

/* compat.h, which uses MSRs only on x86 */
u64 insn_rdmsr(u32 msr);
void insn_wrmsr(u32 msr, u64 value);
int shim_wrmsr_safe(u32 msr, u64 value);
#define compat_rdmsrq(msr, value) ((value) = insn_rdmsr(msr))
#define compat_wrmsrq(msr, value) insn_wrmsr(msr, value)
#define compat_wrmsrq_safe(msr, value) shim_wrmsr_safe(msr, value)

/* All of this replaces driver/platform/tdx/insn.h. */
#define _MSHV_VTL_TDX_INSN_H
void insn_xsetbv(u64 value);
int insn_xsetbv_safe(u64 value);
void insn_write_cr4(unsigned long value);
u32 insn_rdpkru(void);
void insn_wrpkru(u32 value);
void insn_extended_load(const void *area, u64 components);
void insn_extended_store(void *area, u64 components);
void cpu_write_dr(unsigned int number, u64 value);

#define insn_read_cr2() (cpu.registers.cr2)
#define insn_write_cr2(value) ((void)(cpu.registers.cr2 = (value)))
#define insn_read_dr0() (cpu.registers.dr[0])
#define insn_read_dr1() (cpu.registers.dr[1])
#define insn_read_dr2() (cpu.registers.dr[2])
#define insn_read_dr3() (cpu.registers.dr[3])
#define insn_read_dr6() (cpu.registers.dr6)
#define insn_read_dr7() (cpu.registers.dr7)
#define insn_write_dr0(value) cpu_write_dr(0, value)
#define insn_write_dr1(value) cpu_write_dr(1, value)
#define insn_write_dr2(value) cpu_write_dr(2, value)
#define insn_write_dr3(value) cpu_write_dr(3, value)
#define insn_write_dr6(value) ((void)(cpu.registers.dr6 = (value)))
#define insn_write_dr7(value) ((void)(cpu.registers.dr7 = (value)))

#endif /* _SHIM_CPU_H */
