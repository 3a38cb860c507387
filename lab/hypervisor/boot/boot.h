/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The parts of the boot: the map of the memory, ACPI, the memory that a firmware leaves, loading
 * Linux, the CPUs.
 */
#ifndef _HYPERVISOR_BOOT_BOOT_H
#define _HYPERVISOR_BOOT_BOOT_H

#include <linux/types.h>

#include "vcpu/l1.h"

/*
 * ---- map.c: the map of the machine's memory, which becomes L1's ----
 *
 * Portable: it compiles in user space too.
 */

/* As E820 numbers them. */
enum map_type {
	MAP_MEMORY = 1,
	MAP_RESERVED = 2,
	MAP_ACPI = 3,
	MAP_NVS = 4,
};

/** struct map_range - a range, in the layout of Linux's boot protocol */
struct map_range {
	u64 base;
	u64 size;
	u32 type;
} __packed;

/* As many as fit into Linux's boot parameters. */
#define MAP_RANGES_MAX 128

struct map {
	struct map_range ranges[MAP_RANGES_MAX];
	u32 count;
};

/**
 * map_add() - add a range, without checking for overlaps
 * @map:  the map.
 * @base: where it begins.
 * @size: how large it is.
 * @type: what it is.
 *
 * Return: whether there was room.
 */
bool map_add(struct map *map, u64 base, u64 size, u32 type);

/**
 * map_set() - change the type of a part of a range
 * @map:  the map.
 * @base: where it begins.
 * @size: how large it is; all of it within one range.
 * @type: what it becomes.
 *
 * Return: whether there is such a range, and room.
 */
bool map_set(struct map *map, u64 base, u64 size, u32 type);

/**
 * map_top() - the end of the highest memory below a limit
 * @map:   the map.
 * @limit: the limit.
 *
 * Return: the address, or 0.
 */
u64 map_top(const struct map *map, u64 limit);

/**
 * map_take_top() - allocate memory from its top
 * @map:   the map.
 * @limit: below this.
 * @size:  the size of the memory.
 * @align: of its base.
 * @type:  what it becomes.
 *
 * Return: its base, or 0: it does not fit into the highest memory.
 */
u64 map_take_top(struct map *map, u64 limit, u64 size, u64 align, u32 type);

/* ---- The others ---- */

#define MAILBOX_COMMAND_WAKE 1
/* A test whether the CPU is parked. The answer is to clear the command. */
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
 * @pml4:    the page table with which each CPU of L1 begins: 4 GiB, mapped one to one
 * @pdpt:    of it
 * @pd:      of it
 * @gdt:     its segments
 * @params:  Linux's boot parameters
 * @line:    its command line
 * @tables:  ACPI's tables that are not the machine's own
 * @park:    code that a CPU of L1 runs when L1 takes it offline; see smp_park()
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
 * firmware_start() - write the firmware's page tables, segments and code
 * @place: the memory for struct firmware.
 */
void firmware_start(void *place);

/**
 * struct acpi_found - what the machine's tables say
 * @apic_ids: of its CPUs, the boot CPU first
 * @cpus:     how many there are
 * @pm_timer: port of the timer
 */
struct acpi_found {
	u32 apic_ids[L1_CPUS_MAX];
	u32 cpus;
	u16 pm_timer;
};

/**
 * acpi_read() - find the tables, and read what is needed from them
 * @found: out.
 */
void acpi_read(struct acpi_found *found);

/**
 * acpi_write() - make L1's tables, in the firmware's block
 * @vmbus: with a device for Hyper-V's bus.
 *
 * They are the machine's own, with a mailbox in the MADT by which L1 wakes its CPUs.
 * Return: the address of the root pointer.
 */
u64 acpi_write(bool vmbus);

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
 * linux_load() - copy a kernel to its load address
 * @image: which; @entry is set.
 * @limit: it may use memory up to here.
 */
void linux_load(struct linux_image *image, u64 limit);

/**
 * linux_set_params() - fill in the kernel's boot parameters, in the firmware's block
 * @header:      a copy of the first two sectors of its file.
 * @map:         the memory.
 * @initrd:      where the initial file system is, and
 * @initrd_size: how large.
 * @acpi:        where ACPI's root pointer is.
 */
void linux_set_params(const u8 *header, const struct map *map, u64 initrd, u64 initrd_size,
		      u64 acpi);

/**
 * smp_prepare() - make a CPU able to run guests
 * @l1: on its CPU.
 */
void smp_prepare(struct l1_cpu *l1);

/**
 * smp_start() - start all CPUs but this one
 *
 * They wait for L1 to wake them through the mailbox.
 */
void smp_start(void);

/**
 * smp_park() - take this CPU offline for L1
 * @l1: of this CPU.
 *
 * It waits for L1 to wake it again, and then starts from scratch.
 */
void smp_park(struct l1_cpu *l1);

#endif /* _HYPERVISOR_BOOT_BOOT_H */
