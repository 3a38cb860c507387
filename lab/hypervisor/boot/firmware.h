/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The memory that a firmware would have left for L1.
 */
#ifndef _HYPERVISOR_BOOT_FIRMWARE_H
#define _HYPERVISOR_BOOT_FIRMWARE_H

#include <linux/types.h>

#define MAILBOX_COMMAND_WAKE 1
/* Is the CPU back from L1? The answer is to clear the command. */
#define MAILBOX_COMMAND_TEST 2

/** struct mailbox - ACPI's multiprocessor wake-up mailbox (ACPI 6.6, 5.2.12.19) */
struct mailbox {
	u16 command;
	u16 reserved;
	u32 apic_id;
	u64 vector;
} __aligned(4096);

#define FIRMWARE_TABLES_SIZE 0x4000

/**
 * struct firmware - one block, which L1 sees as ACPI's non-volatile storage
 * @mailbox: how L1 wakes its CPUs
 * @pml4:    the page table with which each CPU of L1 begins: 4 GiB, as they are
 * @pdpt:    of it
 * @pd:      of it
 * @gdt:     its segments
 * @params:  Linux's boot parameters
 * @line:    its command line
 * @tables:  ACPI's tables that are not the machine's own
 * @park:    code where a CPU goes that L1 has no more use for; see smp_park()
 */
struct firmware {
	struct mailbox mailbox;
	u64 pml4[512];
	u64 pdpt[512];
	u64 pd[4][512];
	u64 gdt[512];
	u8 params[4096];
	char line[4096];
	u8 tables[FIRMWARE_TABLES_SIZE];
	u8 park[4096];
};

extern struct firmware *firmware;

/**
 * firmware_start() - make page table, segments and code
 * @place: where the block goes.
 */
void firmware_start(void *place);

#endif /* _HYPERVISOR_BOOT_FIRMWARE_H */
