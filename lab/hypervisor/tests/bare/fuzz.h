/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Random calls: the declarations that the parts of the fuzzer share.
 */
#ifndef _BARE_FUZZ_H
#define _BARE_FUZZ_H

#include "bare.h"

/* Pages whose state changes: L1 itself accesses them only through the shared half. */
#define WILD        ARENA
#define WILD_BYTES  (ARENA_BYTES / 2)
/* Pages of L1 that stay private: operands of calls, and L2's memory. */
#define TAME        (ARENA + ARENA_BYTES / 2)
#define TAME_BYTES  (ARENA_BYTES / 4)
/* Pages that stay shared: hypercalls' input and output, SynIC's pages. */
#define COMMON      (TAME + TAME_BYTES)
#define COMMON_BYTES (ARENA_BYTES / 4)
/* The end of L1's memory: the script gives it 256 MiB. */
#define MEMORY_END  0x10000000ULL

/* 32 bits, or fewer than @below. Each CPU has its own sequence. */
u32 chance(u32 below);
u64 random64(void);
/* A number that is likely to find bugs: small, a power of two, a limit. */
u64 odd_number(void);
/* An address for a call: any except those that L1 itself uses. */
u64 odd_address(void);
/* An address to which a call may write. */
u64 tame_address(u64 alignment);

#define PICK(array) (array)[chance(ARRAY_SIZE(array))]

/* The kinds of calls, which are counted. */
enum fuzz_kind {
	FUZZ_TDCALL, FUZZ_VMCALL, FUZZ_HYPERCALL, FUZZ_MSR, FUZZ_CPUID, FUZZ_PORT, FUZZ_MMIO,
	FUZZ_CODE, FUZZ_ENTER, FUZZ_DOOR, FUZZ_INTERRUPTS, FUZZ_KINDS
};

/* True: the side door may reset what another CPU uses. */
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

#endif /* _BARE_FUZZ_H */
