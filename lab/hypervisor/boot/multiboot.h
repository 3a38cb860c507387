/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the boot loader gives: the Multiboot Specification, version 0.6.96, 3.3.
 */
#ifndef _HYPERVISOR_BOOT_MULTIBOOT_H
#define _HYPERVISOR_BOOT_MULTIBOOT_H

#include <linux/types.h>

struct multiboot_info {
	u32 flags;
	u32 memory_low;
	u32 memory_high;
	u32 device;
	u32 line;
	u32 modules_count;
	u32 modules;
	u32 symbols[4];
	u32 map_size;
	u32 map;
};

struct multiboot_module {
	u32 start;
	u32 end;
	u32 line;
	u32 reserved;
};

/* @size does not count itself. */
struct multiboot_range {
	u32 size;
	u64 base;
	u64 length;
	u32 type;
} __packed;

#endif /* _HYPERVISOR_BOOT_MULTIBOOT_H */
