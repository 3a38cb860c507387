// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * An I/O APIC like Intel's 82093AA, as far as Linux uses it: fixed delivery to an APIC id.
 */
#include <string.h>

#include "devices.h"

#define OFFSET_INDEX	0x00
#define OFFSET_WINDOW	0x10

#define REGISTER_ID	0x00
#define REGISTER_VERSION 0x01
#define REGISTER_PINS	0x10

#define VERSION		0x11
#define PIN_VECTOR	0xffu
#define PIN_MASKED	0x10000u
#define PIN_DESTINATION_SHIFT 56
#define VECTOR_MIN	16

void ioapic_reset(struct ioapic *ioapic)
{
	unsigned int i;

	ioapic->index = 0;
	for (i = 0; i < IOAPIC_PINS; i++)
		ioapic->pins[i] = PIN_MASKED;
}

static uint32_t read_window(const struct ioapic *ioapic)
{
	unsigned int number = ioapic->index - REGISTER_PINS;

	if (ioapic->index == REGISTER_ID)
		return (uint32_t)IOAPIC_ID << 24;
	if (ioapic->index == REGISTER_VERSION)
		return (IOAPIC_PINS - 1) << 16 | VERSION;
	if (ioapic->index < REGISTER_PINS || number / 2 >= IOAPIC_PINS)
		return 0;
	return ioapic->pins[number / 2] >> (number % 2 * 32);
}

static void write_window(struct ioapic *ioapic, uint32_t value)
{
	unsigned int number = ioapic->index - REGISTER_PINS, shift = number % 2 * 32;
	uint64_t *pin;

	if (ioapic->index < REGISTER_PINS || number / 2 >= IOAPIC_PINS)
		return;
	pin = &ioapic->pins[number / 2];
	*pin = (*pin & ~((uint64_t)UINT32_MAX << shift)) | (uint64_t)value << shift;
}

uint32_t ioapic_read(const struct ioapic *ioapic, uint32_t offset)
{
	if (offset == OFFSET_INDEX)
		return ioapic->index;
	return offset == OFFSET_WINDOW ? read_window(ioapic) : 0;
}

void ioapic_write(struct ioapic *ioapic, uint32_t offset, uint32_t value)
{
	if (offset == OFFSET_INDEX)
		ioapic->index = value;
	else if (offset == OFFSET_WINDOW)
		write_window(ioapic, value);
}

void ioapic_raise(struct ioapic *ioapic, unsigned int pin)
{
	uint64_t entry = ioapic->pins[pin];

	if (entry & PIN_MASKED || (entry & PIN_VECTOR) < VECTOR_MIN)
		return;
	ioapic->deliver(ioapic->context, entry >> PIN_DESTINATION_SHIFT, entry & PIN_VECTOR);
}
