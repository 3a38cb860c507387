/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ACPI's tables.
 */
#ifndef _HYPERVISOR_BOOT_ACPI_H
#define _HYPERVISOR_BOOT_ACPI_H

#include <linux/types.h>

/**
 * struct acpi_found - what the machine's tables say
 * @apic_ids: of its CPUs, the boot CPU first
 * @cpus:     how many there are
 * @pm_timer: port of the timer
 */
struct acpi_found {
	u32 apic_ids[8];
	u32 cpus;
	u16 pm_timer;
};

/**
 * acpi_read() - find the tables, and what matters in them
 * @found: out.
 */
void acpi_read(struct acpi_found *found);

/**
 * acpi_write() - make L1's tables, in the firmware's block
 * @vmbus: with a device for Hyper-V's bus.
 *
 * The machine's own, with a mailbox in the MADT by which L1 wakes its CPUs.
 * Return: the address of the root pointer.
 */
u64 acpi_write(bool vmbus);

#endif /* _HYPERVISOR_BOOT_ACPI_H */
