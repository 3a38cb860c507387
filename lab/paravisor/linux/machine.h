/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The machine that Linux finds: what its parts share.
 */
#ifndef _LAB_PARAVISOR_LINUX_MACHINE_H
#define _LAB_PARAVISOR_LINUX_MACHINE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "../internal.h"
#include "cmos.h"
#include "function.h"
#include "ioapic.h"
#include "linux.h"
#include "uart.h"

/* Ports and interrupts of the machine. */
#define PORT_CMOS_INDEX		0x70
#define PORT_CMOS_DATA		0x71
#define PORT_KEYBOARD		0x64
#define PORT_DEBUG		0xe9
#define PORT_UART		0x3f8
#define PORT_UART_LAST		0x3ff
#define PORT_PCI_ADDRESS	0xcf8
#define PORT_PCI_DATA		0xcfc
#define PORT_PCI_LAST		0xcff
#define PORT_RESET		0xcf9
/* ACPI's event registers (status and enable), control register and reset register. */
#define PORT_ACPI_EVENT		0x600
#define PORT_ACPI_ENABLE	0x602
#define ACPI_EVENT_LENGTH	4
#define PORT_ACPI_CONTROL	0x604
#define ACPI_CONTROL_LENGTH	2
#define PORT_ACPI_RESET		0x608
#define ACPI_RESET_VALUE	1
#define ACPI_SLEEP_TYPE_OFF	5

#define IOAPIC_BASE		0xfec00000u
#define IRQ_UART		4
#define IRQ_ACPI		9

/* Where PCI functions have their registers; the same in dsdt.dsl. */
#define PCI_WINDOW_BASE		0x80000000u
#define PCI_WINDOW_LAST		0xfebfffffu

/* Bytes of the serial port's output that are written at once. */
#define OUTPUT_BYTES		256

/* The end of the memory that is set aside low, where Linux starts its other CPUs. */
#define LOW_MEMORY_END		0x100000

/**
 * struct machine - vmm.guest_data of this kind
 * @config:      of the guest
 * @memory:      the guest's
 * @low:         its memory below 1 MiB; size 0: none
 * @memory_place: @memory, as this process sees it
 * @low_place:   @low, as this process sees it
 * @entry:       address of the kernel's 64-bit entry
 * @parameters:  address of its boot parameters
 * @tables:      address of the page tables that it begins with
 * @tsc_hz:      how fast the TSC is
 * @lock:        protects all devices below: VPs' threads and the console's use them
 * @uart:        serial port
 * @cmos:        clock
 * @ioapic:      routes the serial port's interrupt
 * @pci_address: what was last written to PORT_PCI_ADDRESS
 * @functions:   PCI functions that are passed through
 * @functions_count: how many
 * @acpi_enabled: which of ACPI's events the guest has enabled
 * @guest_id:    Hyper-V's MSR of this name, as the guest has written it
 * @hypercall:   another one
 * @reference_tsc: another one
 * @vp_assist:   another one, of each VP
 * @output:      bytes of the serial port that are not written yet
 * @output_count: how many
 * @console_ends: atomic: the console's thread is to end
 * @console:     thread that reads the serial port's input; valid if @has_console
 */
struct machine {
	struct linux_config config;
	struct range memory;
	struct range low;
	uint8_t *memory_place;
	uint8_t *low_place;
	uint64_t entry;
	uint64_t parameters;
	uint64_t tables;
	uint64_t tsc_hz;
	pthread_mutex_t lock;
	struct uart uart;
	struct cmos cmos;
	struct ioapic ioapic;
	uint32_t pci_address;
	struct function functions[LINUX_FUNCTIONS_MAX];
	unsigned int functions_count;
	uint16_t acpi_enabled;
	uint64_t guest_id;
	uint64_t hypercall;
	uint64_t reference_tsc;
	uint64_t vp_assist[VTL0_VPS_MAX];
	uint8_t output[OUTPUT_BYTES];
	size_t output_count;
	bool console_ends;
	pthread_t console;
	bool has_console;
};

static inline struct machine *machine_of(const struct vmm *vm)
{
	return vm->guest_data;
}

/* Memory of the guest by its address; NULL if not all of @size is there. */
void *machine_memory(const struct machine *machine, uint64_t address, uint64_t size);

/* The VP with an APIC id; -1: none. */
int machine_vp(const struct vmm *vm, uint32_t apic_id);

/* Loads the kernel, and writes what it is told at its start (boot.c). 0 or a negative errno. */
int boot_load(struct vmm *vm);

/* Writes the tables to @address, which has ACPI_SIZE (acpi.c). Return: the RSDP's address. */
#define ACPI_SIZE	0x4000
uint64_t acpi_write(struct vmm *vm, uint64_t address);

/* The answers to CPUID (cpuid.c). */
void cpuid_serve(struct vp *vp);

/* RDMSR and WRMSR; what is not known is a general protection fault (msr.c). */
bool msr_serve(struct vp *vp, bool write);

/* IN and OUT (port.c). False: the guest has ended, or cannot go on. */
bool port_serve(struct vp *vp);

/* An access to a page that VTL0 was not given: a device may be there (mmio.c). */
bool mmio_serve(struct vp *vp);

/* Hypercalls, and Hyper-V's MSRs (hyperv.c). */
bool hyperv_call_serve(struct vp *vp);
bool hyperv_msr_read(struct vp *vp, uint32_t msr, uint64_t *value);
bool hyperv_msr_write(struct vp *vp, uint32_t msr, uint64_t value);

/* PCI's configuration space; the lock is held (pci.c). */
uint32_t pci_port_read(struct vmm *vm, uint16_t port, unsigned int size);
void pci_port_write(struct vmm *vm, uint16_t port, unsigned int size, uint32_t value);

#endif /* _LAB_PARAVISOR_LINUX_MACHINE_H */
