/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Numbers of the boot that assembly, C and the linker's script share.
 */
#ifndef _HYPERVISOR_BOOT_LAYOUT_H
#define _HYPERVISOR_BOOT_LAYOUT_H

/*
 * The hypervisor's own place: 2 MiB below all of the places where a Linux kernel wants
 * to be. Nothing of L1 is there.
 */
#define IMAGE_BASE  0x200000
#define IMAGE_END   0x400000

#define STACK_BYTES 0x8000
#define STACKS      8

/* Where the first code of the other CPUs is copied, in 16-bit mode. */
#define TRAMPOLINE  0x8000

#define SELECTOR_CODE_64 0x08
#define SELECTOR_DATA    0x10
#define SELECTOR_CODE_32 0x18

#endif /* _HYPERVISOR_BOOT_LAYOUT_H */
