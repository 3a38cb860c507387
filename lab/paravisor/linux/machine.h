/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The machine that Linux finds: what its parts share.
 */
#ifndef _LAB_PARAVISOR_LINUX_MACHINE_H
#define _LAB_PARAVISOR_LINUX_MACHINE_H

#include "../internal.h"
#include "devices.h"
#include "linux.h"

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

#define FUNCTION_CONFIG		256u
#define FUNCTION_BARS		6
#define FUNCTION_SOURCES_MAX	128u
#define FUNCTION_KIND_LENGTH	16

/**
 * struct bar - a base address register of memory, at the same address for VTL2 and VTL0
 * @size: 0: VTL0 does not see it
 */
struct bar {
	uint64_t base;
	uint64_t size;
	bool is_64;
};

/**
 * struct source - an interrupt of a function
 * @table: MSI-X: its entry, as VTL0 has written it
 * @route: NULL: there is none
 * @open:  the function may send it
 * @vp:    where the route goes
 * @vector: the vector there
 * @redirected: how many came on hardware vectors, by routes that are gone
 * @proxied: how many came in messages of the host, by routes that are gone
 */
struct source {
	uint32_t table[4];
	struct vtlirq_route *route;
	bool open;
	unsigned int vp;
	unsigned int vector;
	uint64_t redirected;
	uint64_t proxied;
};

/**
 * struct function - a PCI function that is passed through
 * @vm:         whose
 * @bdf:        bus << 8 | device << 3 | function; VTL0 finds it on bus 0
 * @lab_device: its index at the lab's host
 * @config_file: its configuration space
 * @config:     what VTL0 reads there
 * @writable:   which bits of it VTL0 writes
 * @bars:       its memory
 * @msix:       where its MSI-X capability is in @config; 0: it has MSI
 * @msi:        where its MSI capability is; 0: it has MSI-X
 * @table:      address of the MSI-X table
 * @sources:    its interrupts
 * @sources_count: how many
 */
struct function {
	struct vmm *vm;
	uint16_t bdf;
	unsigned int lab_device;
	int config_file;
	uint8_t config[FUNCTION_CONFIG];
	uint8_t writable[FUNCTION_CONFIG];
	struct bar bars[FUNCTION_BARS];
	uint8_t msix;
	uint8_t msi;
	uint64_t table;
	struct source sources[FUNCTION_SOURCES_MAX];
	unsigned int sources_count;
};

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

/* Returns the guest's memory at an address; NULL if not all of @size is memory. */
void *machine_memory(const struct machine *machine, uint64_t address, uint64_t size);

/* Returns the VP with an APIC id; -1: none. */
int machine_vp(const struct vmm *vm, uint32_t apic_id);

/* Loads the kernel, and writes its boot parameters (boot.c). Return: 0 or a negative errno. */
int boot_load(struct vmm *vm);

/* Writes the tables to @address, which has ACPI_SIZE (acpi.c). Return: the RSDP's address. */
#define ACPI_SIZE	0x4000
uint64_t acpi_write(struct vmm *vm, uint64_t address);

/* Serves CPUID (cpuid.c). */
void cpuid_serve(struct vp *vp);

/* Serves RDMSR and WRMSR; an unknown MSR raises #GP (msr.c). */
bool msr_serve(struct vp *vp, bool write);

/* Serves IN and OUT (port.c). Return: false if the guest has ended, or cannot continue. */
bool port_serve(struct vp *vp);

/* Serves an access to a page that VTL0 was not given: a device may be there (mmio.c). */
bool mmio_serve(struct vp *vp);

/* Serve hypercalls, and Hyper-V's MSRs (hyperv.c). */
bool hyperv_call_serve(struct vp *vp);
bool hyperv_msr_read(struct vp *vp, uint32_t msr, uint64_t *value);
bool hyperv_msr_write(struct vp *vp, uint32_t msr, uint64_t value);

/**
 * hyperv_cpuid() - the answer to a leaf from 0x40000000 on
 * @has_cluster_ipi: recommend the hypercall that sends an interrupt to several VPs
 * @leaf:            which
 * @words:           out: EAX, EBX, ECX, EDX
 */
void hyperv_cpuid(bool has_cluster_ipi, uint32_t leaf, uint32_t words[4]);

/* Access PCI's configuration space; the lock is held (pci.c). */
uint32_t pci_port_read(struct vmm *vm, uint16_t port, unsigned int size);
void pci_port_write(struct vmm *vm, uint16_t port, unsigned int size, uint32_t value);

/*
 * ---- function.c ----
 * A PCI function that is passed through to VTL0.
 */

/**
 * function_open() - take a function from VTL2, reset it, and give its memory to VTL0
 * @vm:       whose
 * @bdf:      which
 * @function: out
 *
 * Return: 0, or a negative errno after a line that says why; function_close() is called in
 * either case.
 */
int function_open(struct vmm *vm, uint16_t bdf, struct function *function);

/* Stops it, and takes it back from VTL0. */
void function_close(struct function *function);

/* Describes it for people: its class, or its vendor and device if that is unknown (kind.c). */
void function_kind(const struct function *function, char kind[FUNCTION_KIND_LENGTH]);

/* Access its configuration space; @offset and @size are within a word of 4 bytes. */
uint32_t function_config_read(const struct function *function, unsigned int offset);
void function_config_write(struct function *function, unsigned int offset, unsigned int size,
			   uint32_t value);

/* Returns the function whose MSI-X table is in the page of @address; NULL: none. */
struct function *function_at(struct function *functions, unsigned int count, uint64_t address);

/* Access that page: outside of the table, it reads as zeros. */
uint64_t function_table_read(const struct function *function, uint64_t address,
			     unsigned int size);
void function_table_write(struct function *function, uint64_t address, unsigned int size,
			  uint64_t value);

/*
 * ---- source.c ----
 * The interrupts of a function that is passed through: what VTL0 wrote becomes a route.
 */

/**
 * struct source_message - what VTL0 wants a source to send
 * @enabled: it is to send anything
 * @address: of the message
 * @data:    of the message
 */
struct source_message {
	bool enabled;
	uint64_t address;
	uint32_t data;
};

/**
 * source_update() - make a source do what VTL0 has written
 * @function: whose
 * @number:   which source
 * @message:  what VTL0 wants
 *
 * When it is enabled for the first time, a route is created; later messages move the route.
 * While it is not enabled, it is masked, and the device keeps its interrupt pending. A failure
 * is reported, and the source remains masked.
 *
 * Context: the machine's lock is held.
 */
void source_update(struct function *function, unsigned int number,
		   const struct source_message *message);

/* VTL0 has disabled the source's messages: masks the source, and destroys its route. */
void source_close(struct function *function, unsigned int number);

#endif /* _LAB_PARAVISOR_LINUX_MACHINE_H */
