/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Between the first instructions of each CPU and C.
 */
#ifndef _HYPERVISOR_BOOT_START_H
#define _HYPERVISOR_BOOT_START_H

#include <linux/types.h>

struct multiboot_info;

/* One for each CPU, of STACK_BYTES. */
extern u8 stacks[];
/* What is copied for the other CPUs, and where the stack of the next one ends. */
extern u8 trampoline[], trampoline_end[];
extern u64 boot_stack;

/**
 * boot_main() - the boot CPU is in 64-bit mode
 * @info: what the boot loader has left.
 */
void boot_main(const struct multiboot_info *info);

/**
 * boot_other_cpu() - another CPU is
 */
void boot_other_cpu(void);

#endif /* _HYPERVISOR_BOOT_START_H */
