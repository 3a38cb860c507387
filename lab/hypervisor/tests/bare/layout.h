/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Numbers that assembly and C share.
 */
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

/* Offsets in struct cpu, which lies at the lowest end of a stack. */
#define CPU_STACK        0
#define CPU_REGS         8
#define CPU_CODE         16

#endif /* _BARE_LAYOUT_H */
