// SPDX-License-Identifier: GPL-2.0-only
/*
 * ACPI's tables: the machine's, and L1's.
 *
 * Owns: which of them change. The root pointer and the root table are copied, since the
 * machine's tables have no room; the wake-up structure (ACPI 6.6, 5.2.12.19) is added to the
 * MADT.
 */
#include "base/base.h"
#include "base/machine.h"
#include "boot/boot.h"

#define SEARCH_FROM    0xe0000
#define SEARCH_TO      0x100000
#define SEARCH_STEP    16

#define MADT_HEADER    44
#define MADT_LOCAL     0
#define MADT_WAKE_UP   16
#define LOCAL_ENABLED  BIT(0)

#define FADT_PM_TIMER  76
#define PM_TIMER_USUAL 0x608

struct acpi_pointer {
	char signature[8];
	u8 checksum;
	char oem[6];
	u8 revision;
	u32 root;
} __packed;

struct acpi_table {
	char signature[4];
	u32 length;
	u8 revision;
	u8 checksum;
	char oem[6];
	char oem_table[8];
	u32 oem_revision;
	u32 creator;
	u32 creator_revision;
} __packed;

struct madt_local {
	u8 type;
	u8 length;
	u8 processor;
	u8 apic_id;
	u32 flags;
} __packed;

struct madt_wake_up {
	u8 type;
	u8 length;
	u16 version;
	u32 reserved;
	u64 mailbox;
	u64 reset_vector;
} __packed;

/*
 * Scope (\_SB) { Device (VMBS) { Name (_HID, "VMBUS"), Name (_CRS, none) } }, as the
 * ACPI Machine Language has it (ACPI 6.4, chapter 20).
 */
static const u8 vmbus_code[] = {
	0x10, 0x24, '\\', '_', 'S', 'B', '_',
	0x5b, 0x82, 0x1c, 'V', 'M', 'B', 'S',
	0x08, '_', 'H', 'I', 'D', 0x0d, 'V', 'M', 'B', 'U', 'S', 0,
	0x08, '_', 'C', 'R', 'S', 0x11, 0x05, 0x0a, 0x02, 0x79, 0x00,
};

static const struct acpi_pointer *machine_pointer;
static size_t used;

static u8 sum_of(const void *from, size_t count)
{
	const u8 *bytes = from;
	u8 sum = 0;

	while (count--)
		sum += *bytes++;
	return sum;
}

static void set_checksum(struct acpi_table *table)
{
	table->checksum = 0;
	table->checksum = -sum_of(table, table->length);
}

static bool is_table(const struct acpi_table *table, const char *signature)
{
	return !memcmp(table->signature, signature, sizeof(table->signature));
}

static const struct acpi_table *root(void)
{
	return machine_place(machine_pointer->root);
}

static u32 root_count(void)
{
	return (root()->length - sizeof(struct acpi_table)) / sizeof(u32);
}

static const struct acpi_table *root_entry(u32 number)
{
	const u32 *entries = (const u32 *)(root() + 1);

	return machine_place(entries[number]);
}

static void find_pointer(void)
{
	u64 address;

	for (address = SEARCH_FROM; address < SEARCH_TO; address += SEARCH_STEP) {
		machine_pointer = machine_place(address);
		if (!memcmp(machine_pointer->signature, "RSD PTR ", 8) &&
		    !sum_of(machine_pointer, sizeof(*machine_pointer)))
			return;
	}
	stop("hypervisor: this machine has no ACPI tables\n");
}

static void read_madt(const struct acpi_table *madt, struct acpi_found *found)
{
	const u8 *entry = (const u8 *)madt + MADT_HEADER, *end = (const u8 *)madt + madt->length;

	for (; entry + 2 <= end && entry[1]; entry += entry[1]) {
		const struct madt_local *local = (const void *)entry;

		if (local->type != MADT_LOCAL || !(local->flags & LOCAL_ENABLED))
			continue;
		if (found->cpus == ARRAY_SIZE(found->apic_ids))
			stop("hypervisor: more than %u CPUs\n", found->cpus);
		found->apic_ids[found->cpus++] = local->apic_id;
	}
}

void acpi_read(struct acpi_found *found)
{
	u32 i;

	memset(found, 0, sizeof(*found));
	found->pm_timer = PM_TIMER_USUAL;
	find_pointer();
	for (i = 0; i < root_count(); i++) {
		const struct acpi_table *table = root_entry(i);

		if (is_table(table, "APIC"))
			read_madt(table, found);
		else if (is_table(table, "FACP"))
			memcpy(&found->pm_timer, (const u8 *)table + FADT_PM_TIMER, 2);
	}
	if (!found->cpus)
		stop("hypervisor: ACPI's tables name no CPU\n");
}

static void *take(size_t size)
{
	void *place = firmware->tables + used;

	used += ALIGN(size, 16);
	if (used > sizeof(firmware->tables))
		stop("hypervisor: no room for ACPI's tables\n");
	return place;
}

static struct acpi_table *write_madt(const struct acpi_table *old)
{
	struct acpi_table *madt = take(old->length + sizeof(struct madt_wake_up));
	struct madt_wake_up *wake_up = (void *)madt + old->length;

	memcpy(madt, old, old->length);
	*wake_up = (struct madt_wake_up){
		.type = MADT_WAKE_UP, .length = sizeof(*wake_up), .version = 1,
		.mailbox = machine_address(&firmware->mailbox),
		.reset_vector = machine_address(firmware->park),
	};
	madt->length += sizeof(*wake_up);
	set_checksum(madt);
	return madt;
}

static struct acpi_table *write_vmbus(void)
{
	struct acpi_table *table = take(sizeof(*table) + sizeof(vmbus_code));

	*table = *root();
	memcpy(table->signature, "SSDT", 4);
	memcpy(table->oem_table, "VMBUS   ", 8);
	table->revision = 2;
	table->length = sizeof(*table) + sizeof(vmbus_code);
	memcpy(table + 1, vmbus_code, sizeof(vmbus_code));
	set_checksum(table);
	return table;
}

u64 acpi_write(bool vmbus)
{
	struct acpi_pointer *pointer = take(sizeof(*pointer));
	struct acpi_table *copy = take(root()->length + sizeof(u32));
	u32 *entries = (u32 *)(copy + 1), i;

	memcpy(copy, root(), root()->length);
	for (i = 0; i < root_count(); i++) {
		if (is_table(root_entry(i), "APIC"))
			entries[i] = machine_address(write_madt(root_entry(i)));
	}
	if (vmbus) {
		entries[i] = machine_address(write_vmbus());
		copy->length += sizeof(u32);
	}
	set_checksum(copy);

	*pointer = *machine_pointer;
	pointer->revision = 0;
	pointer->root = machine_address(copy);
	pointer->checksum = 0;
	pointer->checksum = -sum_of(pointer, sizeof(*pointer));
	return machine_address(pointer);
}
