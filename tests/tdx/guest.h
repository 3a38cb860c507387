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

#ifndef __ASSEMBLER__

#define PROGRAM(name) GUEST_##name,

enum guest_program {
#include "guest_list.h"
};

#undef PROGRAM

extern const unsigned char guest_image[], guest_image_end[];

#endif

#endif /* _TESTS_TDX_GUEST_H */
