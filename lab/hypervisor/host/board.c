// SPDX-License-Identifier: GPL-2.0-only
/*
 * The board: I/O ports, as the host carries them out for L1; PCI's configuration space behind the
 * ports 0xcf8 and 0xcfc, which the hypervisor uses too; and the IOAPIC.
 *
 * Owns: which ports L1 may use: all of the machine, but for the hypervisor's log; the PCI
 * address that L1 wrote last; and the registers that L1 may not write: the message of a
 * device whose interrupts the host has retargeted. The registers are also mapped for L1 as
 * memory (ECAM), which it uses only beyond register 255. And which register the IOAPIC's window
 * accesses (82093AA datasheet, 3.1).
 */
#include "base/base.h"
#include "base/machine.h"
#include "host/devices.h"
#include "host/host.h"
#include "vcpu/gpa.h"

#define LOG_PORT       0x402
#define PCI_PORT_FIRST 0xcf8
#define PCI_PORT_LAST  0xcff
#define ADDRESS_PORT   0xcf8
#define DATA_PORT      0xcfc
#define ADDRESS_ENABLE 0x80000000U
#define KEPT_MAX       32

/* Protects the ports, and all that follows. */
static struct lock pci_lock;
static u32 address_of_l1;

/** struct kept - registers that L1 cannot write; the entry is free if its size is 0 */
static struct kept {
	u16 function;
	u8 place;
	u8 size;
} kept[KEPT_MAX];

static bool is_kept(u32 address, u32 offset)
{
	u16 function = address >> 8;
	u32 place = (address & 0xfc) + offset, i;

	for (i = 0; i < KEPT_MAX; i++) {
		if (kept[i].size && kept[i].function == function && place >= kept[i].place &&
		    place < (u32)kept[i].place + kept[i].size)
			return true;
	}
	return false;
}

static u32 read_port(u16 port, u32 size)
{
	if (size == 1)
		return port_read8(port);
	return size == 2 ? port_read16(port) : port_read32(port);
}

static void write_port(u16 port, u32 size, u32 value)
{
	if (size == 1)
		port_write8(port, value);
	else if (size == 2)
		port_write16(port, value);
	else
		port_write32(port, value);
}

static void config_of_l1_read(u16 port, u32 size, u32 *value)
{
	lock_take(&pci_lock);
	if (port == ADDRESS_PORT && size == 4) {
		*value = address_of_l1;
	} else {
		port_write32(ADDRESS_PORT, address_of_l1);
		*value = read_port(port, size);
	}
	lock_drop(&pci_lock);
}

/* Byte writes below 0xcfc go to the chip set's reset control. */
static void config_of_l1_write(u16 port, u32 size, u32 value)
{
	lock_take(&pci_lock);
	if (port == ADDRESS_PORT && size == 4) {
		address_of_l1 = value;
	} else if (port < DATA_PORT) {
		write_port(port, size, value);
	} else if (!is_kept(address_of_l1, port - DATA_PORT)) {
		port_write32(ADDRESS_PORT, address_of_l1);
		write_port(port, size, value);
	}
	lock_drop(&pci_lock);
}

static u32 address_of(u16 function, u8 place)
{
	return ADDRESS_ENABLE | (u32)function << 8 | (place & 0xfc);
}

u32 pci_read(u16 function, u8 place)
{
	u32 value;

	lock_take(&pci_lock);
	port_write32(ADDRESS_PORT, address_of(function, place));
	value = port_read32(DATA_PORT);
	lock_drop(&pci_lock);
	return value;
}

void pci_write(u16 function, u8 place, u32 value)
{
	lock_take(&pci_lock);
	port_write32(ADDRESS_PORT, address_of(function, place));
	port_write32(DATA_PORT, value);
	lock_drop(&pci_lock);
}

static struct kept *find_kept(u16 function)
{
	struct kept *free = NULL;
	u32 i;

	for (i = 0; i < KEPT_MAX; i++) {
		if (kept[i].size && kept[i].function == function)
			return &kept[i];
		if (!kept[i].size && !free)
			free = &kept[i];
	}
	return free;
}

bool pci_keep(u16 function, u8 place, u8 size)
{
	struct kept *entry;

	lock_take(&pci_lock);
	entry = find_kept(function);
	if (entry)
		*entry = (struct kept){ function, place, size };
	lock_drop(&pci_lock);
	return entry;
}

static bool is_of_pci(u16 port)
{
	return port >= PCI_PORT_FIRST && port <= PCI_PORT_LAST;
}

void port_of_l1_read(u16 port, u32 size, u32 *value)
{
	*value = ~0U >> (32 - 8 * size);
	if (port == LOG_PORT)
		return;
	if (is_of_pci(port))
		config_of_l1_read(port, size, value);
	else
		*value = read_port(port, size);
}

void port_of_l1_write(u16 port, u32 size, u32 value)
{
	if (port == LOG_PORT)
		return;
	if (is_of_pci(port))
		config_of_l1_write(port, size, value);
	else
		write_port(port, size, value);
}

/* ---- The IOAPIC ---- */

#define IOAPIC_PLACE   0xfec00000ULL
#define REGISTER_SIZE  4
#define SELECT         0x00
#define WINDOW         0x10
#define FIRST_ENTRY    0x10

/* No other CPU may select a register between the check and the write. */
static struct lock ioapic_lock;

static volatile u32 *place_of(u64 offset)
{
	return machine_place(IOAPIC_PLACE + offset);
}

/* The even register is the lower half of an entry. */
static bool shows_entry(void)
{
	u32 selected = *place_of(SELECT) & 0xff;

	return selected >= FIRST_ENTRY && !(selected & 1);
}

bool ioapic_is_at(u64 gpa)
{
	return (gpa & ~GPA_SHARED) >> PAGE_SHIFT == IOAPIC_PLACE >> PAGE_SHIFT;
}

void ioapic_write(u64 gpa, u32 size, u32 value)
{
	u64 offset = gpa % PAGE_SIZE;

	if (size != REGISTER_SIZE)
		return;
	lock_take(&ioapic_lock);
	if (offset == WINDOW && shows_entry())
		value = ioapic_entry(value);
	*place_of(offset) = value;
	lock_drop(&ioapic_lock);
}
