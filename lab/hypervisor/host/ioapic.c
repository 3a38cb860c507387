// SPDX-License-Identifier: GPL-2.0-only
/*
 * The board's IOAPIC. Owns: which register the window accesses (82093AA datasheet, 3.1).
 */
#include "base/base.h"
#include "base/machine.h"
#include "host/devices.h"
#include "vcpu/gpa.h"

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
