/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * An emulated CPU: the registers that VTL2 and VTL0 share, and the instructions of
 * driver/platform/tdx/insn.h that access them.
 *
 * This file owns the state and the features of a CPU. If the Intel SDM does not allow an
 * instruction or a value, the running test fails. It does not know its users.
 */
#ifndef _CPU_EMUL_H
#define _CPU_EMUL_H

#include <stdbool.h>
#include <stdint.h>

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
 * @kernel_fpu: the kernel is between kernel_fpu_begin() and kernel_fpu_end()
 * @interrupts_off: interrupts are disabled
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
	bool kernel_fpu;
	bool interrupts_off;
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

#endif /* _CPU_EMUL_H */
