/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The interface between the tests and the code that they run as L2: addresses, and the entry of
 * each program.
 */
#ifndef _TESTS_TDX_GUEST_H
#define _TESTS_TDX_GUEST_H

/* L2's addresses. All pages but the last are mapped by default. */
#define L2_CODE      0x400000
#define L2_STUBS     0x402000
#define L2_STACK     0x410000
#define L2_STACK_TOP 0x411000
#define L2_TABLES    0x420000
#define L2_DATA      0x430000
#define L2_HIDDEN    0x440000

/* This is in the page of the tables. */
#define L2_IDT L2_TABLES

/* In the data page: the number of interrupts, whether to write EOI, and the vectors. */
#define LOG_COUNT (L2_DATA + 0x00)
#define LOG_EOI   (L2_DATA + 0x08)
#define LOG_LOOPS (L2_DATA + 0x10)
#define LOG_FIRST (L2_DATA + 0x100)

/* An exception handler executes VMCALL with RAX = this value plus its vector. */
#define GUEST_FAULT 0xe000

#define SELECTOR_CODE 0x08
#define SELECTOR_DATA 0x10

/* Each slot holds one jump. */
#define SLOT_BYTES 8
#define ENTRY(program) (L2_CODE + (program) * SLOT_BYTES)
#define STUB_BYTES 16

/* The programs, with one slot for each. PROGRAM makes of a name what is needed of it. */
#define GUEST_PROGRAMS(PROGRAM) \
	PROGRAM(SPIN) PROGRAM(VMCALL) PROGRAM(HLT) PROGRAM(STI_HLT) PROGRAM(STI_NOP_HLT) \
	PROGRAM(CPUID) PROGRAM(IN) PROGRAM(OUT) PROGRAM(RDMSR) PROGRAM(WRMSR) \
	PROGRAM(TDCALL) PROGRAM(VMMCALL) PROGRAM(UD2) PROGRAM(LOAD) PROGRAM(STORE) \
	PROGRAM(JUMP) PROGRAM(WRITE_CR8) PROGRAM(READ_CR8) PROGRAM(WRITE_CR0) \
	PROGRAM(READ_CR0) PROGRAM(WRITE_CR4) PROGRAM(READ_CR4) PROGRAM(WBINVD) \
	PROGRAM(MONITOR) PROGRAM(MWAIT) PROGRAM(XSETBV) PROGRAM(TRIPLE) PROGRAM(PAUSE) \
	PROGRAM(RDTSC) PROGRAM(DIRTY) PROGRAM(STI_SPIN) PROGRAM(SOFT_INT) PROGRAM(WRITE_CR3) \
	PROGRAM(READ_DR) PROGRAM(INT3) PROGRAM(INVD) PROGRAM(IN_DX) PROGRAM(RDPMC) \
	PROGRAM(REX_CPUID) PROGRAM(VMRUN) PROGRAM(STI_VMCALL) PROGRAM(WRMSR_TWICE) \
	PROGRAM(RDTSCP) PROGRAM(CLTS) PROGRAM(MOV_SS_HLT) PROGRAM(MOV_SS_SPIN)

#ifndef __ASSEMBLER__

#define GUEST_NUMBER(name) GUEST_##name,

enum guest_program {
	GUEST_PROGRAMS(GUEST_NUMBER)
};

extern const unsigned char guest_image[], guest_image_end[];

#endif

#endif /* _TESTS_TDX_GUEST_H */
