// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The tables by which Linux finds its CPUs, its I/O APIC and its PCI bus (ACPI Specification
 * 6.4, chapters 4 and 5). The DSDT is dsdt.dsl.
 *
 * The machine has ACPI's fixed hardware, but of that only powering off has an effect. Without
 * fixed hardware ("reduced hardware"), Linux would need UEFI to restart.
 */
#include <string.h>

#include "dsdt.hex"
#include "machine.h"

#define XSDT_OFFSET	0x100
#define FADT_OFFSET	0x200
#define MADT_OFFSET	0x400
#define FACS_OFFSET	0x700
#define DSDT_OFFSET	0x800

#define FADT_NO_VGA		0x0004
#define FADT_NO_CLOCK		0x0020
#define FADT_WBINVD		0x00000001
#define FADT_NO_POWER_BUTTON	0x00000010
#define FADT_NO_SLEEP_BUTTON	0x00000020
#define FADT_RESET_REGISTER	0x00000400
#define FADT_APIC_PHYSICAL	0x00080000
#define FADT_MINOR		4

#define ADDRESS_OF_PORTS	1
#define ACCESS_BYTE		1
#define ACCESS_WORD		2

#define MADT_LOCAL_APIC		0
#define MADT_IOAPIC		1
#define MADT_LOCAL_X2APIC	9
#define MADT_ENABLED		1
#define LOCAL_APIC_BASE		0xfee00000u
/* Larger ids need an entry of the newer kind. */
#define LOCAL_APIC_ID_MAX	254

struct acpi_header {
	char signature[4];
	uint32_t length;
	uint8_t revision;
	uint8_t checksum;
	char oem[6];
	char oem_table[8];
	uint32_t oem_revision;
	uint32_t creator;
	uint32_t creator_revision;
} __attribute__((packed));

struct acpi_address {
	uint8_t space;
	uint8_t bit_width;
	uint8_t bit_offset;
	uint8_t access;
	uint64_t address;
} __attribute__((packed));

struct acpi_rsdp {
	char signature[8];
	uint8_t checksum;
	char oem[6];
	uint8_t revision;
	uint32_t rsdt;
	uint32_t length;
	uint64_t xsdt;
	uint8_t long_checksum;
	uint8_t reserved[3];
} __attribute__((packed));

struct acpi_xsdt {
	struct acpi_header header;
	uint64_t tables[2];
} __attribute__((packed));

/* Here, the firmware control structure only has a signature and a length. */
struct acpi_facs {
	char signature[4];
	uint32_t length;
	uint8_t contents[56];
} __attribute__((packed));

struct acpi_fadt {
	struct acpi_header header;
	uint32_t facs;
	uint32_t dsdt;
	uint8_t reserved0[2];
	uint16_t interrupt;
	uint8_t unused0[8];
	uint32_t event_block;
	uint32_t unused1;
	uint32_t control_block;
	uint8_t unused2[20];
	uint8_t event_length;
	uint8_t control_length;
	uint8_t unused3[19];
	uint16_t boot_flags;
	uint8_t reserved1;
	uint32_t flags;
	struct acpi_address reset;
	uint8_t reset_value;
	uint16_t arm_flags;
	uint8_t minor;
	uint64_t long_facs;
	uint64_t long_dsdt;
	struct acpi_address long_event_block;
	struct acpi_address unused4;
	struct acpi_address long_control_block;
	uint8_t unused5[60];
	uint8_t sleep_registers[24];
	uint64_t hypervisor;
} __attribute__((packed));

struct acpi_madt {
	struct acpi_header header;
	uint32_t local_apic;
	uint32_t flags;
} __attribute__((packed));

struct acpi_local_apic {
	uint8_t type;
	uint8_t length;
	uint8_t processor;
	uint8_t id;
	uint32_t flags;
} __attribute__((packed));

struct acpi_local_x2apic {
	uint8_t type;
	uint8_t length;
	uint16_t reserved;
	uint32_t id;
	uint32_t flags;
	uint32_t processor;
} __attribute__((packed));

struct acpi_ioapic {
	uint8_t type;
	uint8_t length;
	uint8_t id;
	uint8_t reserved;
	uint32_t address;
	uint32_t first_interrupt;
} __attribute__((packed));

_Static_assert(sizeof(struct acpi_fadt) == 276, "as ACPI 6.4 has it");
_Static_assert(sizeof(struct acpi_facs) == 64, "as ACPI 6.4 has it");

/* All bytes of a table add up to 0. */
static uint8_t checksum(const void *table, size_t length)
{
	const uint8_t *bytes = table;
	uint8_t sum = 0;
	size_t i;

	for (i = 0; i < length; i++)
		sum += bytes[i];
	return -sum;
}

static void header_fill(struct acpi_header *header, const char *signature, uint8_t revision)
{
	memcpy(header->signature, signature, sizeof(header->signature));
	header->revision = revision;
	memcpy(header->oem, "VTLIRQ", sizeof(header->oem));
	memcpy(header->oem_table, "VTL0    ", sizeof(header->oem_table));
	header->oem_revision = 1;
	memcpy(&header->creator, "VTLI", sizeof(header->creator));
	header->creator_revision = 1;
}

static void header_finish(struct acpi_header *header, uint32_t length)
{
	header->length = length;
	header->checksum = 0;
	header->checksum = checksum(header, length);
}

static struct acpi_address port_address(uint16_t port, unsigned int bytes)
{
	return (struct acpi_address) {
		.space = ADDRESS_OF_PORTS,
		.bit_width = 8 * bytes,
		.access = bytes == 1 ? ACCESS_BYTE : ACCESS_WORD,
		.address = port,
	};
}

static void facs_write(struct acpi_facs *facs)
{
	memcpy(facs->signature, "FACS", sizeof(facs->signature));
	facs->length = sizeof(*facs);
}

static void fadt_write(struct acpi_fadt *fadt, uint64_t facs, uint64_t dsdt)
{
	header_fill(&fadt->header, "FACP", 6);
	fadt->facs = facs;
	fadt->dsdt = dsdt;
	fadt->long_dsdt = dsdt;
	fadt->interrupt = IRQ_ACPI;
	fadt->event_block = PORT_ACPI_EVENT;
	fadt->event_length = ACPI_EVENT_LENGTH;
	fadt->long_event_block = port_address(PORT_ACPI_EVENT, ACPI_EVENT_LENGTH);
	fadt->control_block = PORT_ACPI_CONTROL;
	fadt->control_length = ACPI_CONTROL_LENGTH;
	fadt->long_control_block = port_address(PORT_ACPI_CONTROL, ACPI_CONTROL_LENGTH);
	fadt->boot_flags = FADT_NO_VGA | FADT_NO_CLOCK;
	fadt->flags = FADT_WBINVD | FADT_NO_POWER_BUTTON | FADT_NO_SLEEP_BUTTON |
		      FADT_RESET_REGISTER | FADT_APIC_PHYSICAL;
	fadt->reset = port_address(PORT_ACPI_RESET, 1);
	fadt->reset_value = ACPI_RESET_VALUE;
	fadt->minor = FADT_MINOR;
	header_finish(&fadt->header, sizeof(*fadt));
}

static uint8_t *madt_add_cpu(uint8_t *place, unsigned int number, unsigned int apic_id)
{
	const struct acpi_local_apic cpu = {
		.type = MADT_LOCAL_APIC, .length = sizeof(cpu), .processor = number,
		.id = apic_id, .flags = MADT_ENABLED,
	};
	const struct acpi_local_x2apic large = {
		.type = MADT_LOCAL_X2APIC, .length = sizeof(large), .processor = number,
		.id = apic_id, .flags = MADT_ENABLED,
	};

	if (apic_id > LOCAL_APIC_ID_MAX) {
		memcpy(place, &large, sizeof(large));
		return place + sizeof(large);
	}
	memcpy(place, &cpu, sizeof(cpu));
	return place + sizeof(cpu);
}

static void madt_write(struct vmm *vm, struct acpi_madt *madt)
{
	static const struct acpi_ioapic ioapic = {
		.type = MADT_IOAPIC, .length = sizeof(ioapic), .id = IOAPIC_ID,
		.address = IOAPIC_BASE,
	};
	uint8_t *place = (uint8_t *)(madt + 1);
	unsigned int i;

	header_fill(&madt->header, "APIC", 4);
	madt->local_apic = LOCAL_APIC_BASE;
	for (i = 0; i < vm->config.vps; i++)
		place = madt_add_cpu(place, i, vm->vps[i].apic_id);
	memcpy(place, &ioapic, sizeof(ioapic));
	place += sizeof(ioapic);
	header_finish(&madt->header, place - (uint8_t *)madt);
}

static void xsdt_write(struct acpi_xsdt *xsdt, uint64_t address)
{
	header_fill(&xsdt->header, "XSDT", 1);
	xsdt->tables[0] = address + FADT_OFFSET;
	xsdt->tables[1] = address + MADT_OFFSET;
	header_finish(&xsdt->header, sizeof(*xsdt));
}

static void rsdp_write(struct acpi_rsdp *rsdp, uint64_t xsdt)
{
	memcpy(rsdp->signature, "RSD PTR ", sizeof(rsdp->signature));
	memcpy(rsdp->oem, "VTLIRQ", sizeof(rsdp->oem));
	rsdp->revision = 2;
	rsdp->length = sizeof(*rsdp);
	rsdp->xsdt = xsdt;
	rsdp->checksum = checksum(rsdp, offsetof(struct acpi_rsdp, length));
	rsdp->long_checksum = checksum(rsdp, sizeof(*rsdp));
}

uint64_t acpi_write(struct vmm *vm, uint64_t address)
{
	uint8_t *place = machine_memory(machine_of(vm), address, ACPI_SIZE);

	memset(place, 0, ACPI_SIZE);
	memcpy(place + DSDT_OFFSET, dsdt_aml_code, sizeof(dsdt_aml_code));
	facs_write((struct acpi_facs *)(place + FACS_OFFSET));
	fadt_write((struct acpi_fadt *)(place + FADT_OFFSET), address + FACS_OFFSET,
		   address + DSDT_OFFSET);
	madt_write(vm, (struct acpi_madt *)(place + MADT_OFFSET));
	xsdt_write((struct acpi_xsdt *)(place + XSDT_OFFSET), address);
	rsdp_write((struct acpi_rsdp *)place, address + XSDT_OFFSET);
	return address;
}
