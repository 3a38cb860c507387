/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Loading a Linux kernel: Documentation/arch/x86/boot.rst, "64-bit Boot Protocol".
 */
#ifndef _HYPERVISOR_BOOT_LINUX_H
#define _HYPERVISOR_BOOT_LINUX_H

#include <linux/types.h>

struct map;

/**
 * struct linux_image - a kernel
 * @file:     a bzImage
 * @size:     how large it is
 * @entry:    where its 64-bit code begins, once it is loaded
 */
struct linux_image {
	u8 *file;
	u64 size;
	u64 entry;
};

/**
 * linux_load() - put a kernel into its place
 * @image: which; @entry is set.
 * @limit: it may use memory up to here.
 */
void linux_load(struct linux_image *image, u64 limit);

/**
 * linux_set_params() - fill in the firmware's block what the kernel wants to know
 * @header:      a copy of the first two sectors of its file.
 * @map:         the memory.
 * @initrd:      where the initial file system is, and
 * @initrd_size: how large.
 * @acpi:        where ACPI's root pointer is.
 */
void linux_set_params(const u8 *header, const struct map *map, u64 initrd, u64 initrd_size,
		      u64 acpi);

#endif /* _HYPERVISOR_BOOT_LINUX_H */
