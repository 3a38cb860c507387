/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The interface between the first instructions of each CPU and C: numbers that assembly, C
 * and the linker script share, and the functions.
 */
#ifndef _HYPERVISOR_BOOT_START_H
#define _HYPERVISOR_BOOT_START_H

/*
 * The hypervisor's image: 2 MiB below any address where a Linux kernel is loaded. L1 has no
 * memory there.
 */
#define IMAGE_BASE  0x200000
#define IMAGE_END   0x400000

#define STACK_BYTES 0x8000

/* Where the first code of the other CPUs is copied, in 16-bit mode. */
#define TRAMPOLINE  0x8000

#define SELECTOR_CODE_64 0x08
#define SELECTOR_DATA    0x10
#define SELECTOR_CODE_32 0x18

#if !defined(__ASSEMBLY__) && !defined(__LINKER__)

#include <linux/types.h>

struct multiboot_info;

/* The boot CPU's, of STACK_BYTES. */
extern u8 first_stack[];
/* What is copied for the other CPUs, and where the stack of the next one ends. */
extern u8 trampoline[], trampoline_end[];
extern u64 boot_stack;

/**
 * boot_main() - the boot CPU is in 64-bit mode
 * @info: what the boot loader has left.
 */
void boot_main(const struct multiboot_info *info);

/**
 * boot_other_cpu() - another CPU is in 64-bit mode
 */
void boot_other_cpu(void);

#endif
#endif /* _HYPERVISOR_BOOT_START_H */
