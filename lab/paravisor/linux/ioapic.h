/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * An I/O APIC of 24 pins, for edge-triggered interrupts. Portable, without locks of its own.
 */
#ifndef _LAB_PARAVISOR_LINUX_IOAPIC_H
#define _LAB_PARAVISOR_LINUX_IOAPIC_H

#include <stdint.h>

#define IOAPIC_PINS	24
#define IOAPIC_ID	0xf0

/**
 * struct ioapic - an I/O APIC
 * @deliver: called with where an interrupt goes
 * @context: handed to it
 * @index:   which register is accessed by its window
 * @pins:    redirection table
 */
struct ioapic {
	void (*deliver)(void *context, uint8_t apic_id, uint8_t vector);
	void *context;
	uint8_t index;
	uint64_t pins[IOAPIC_PINS];
};

/* As after power-on: all pins are masked. */
void ioapic_reset(struct ioapic *ioapic);

/* Its two registers, by their offset. */
uint32_t ioapic_read(const struct ioapic *ioapic, uint32_t offset);
void ioapic_write(struct ioapic *ioapic, uint32_t offset, uint32_t value);

/* An edge comes to a pin; one that is masked loses it. */
void ioapic_raise(struct ioapic *ioapic, unsigned int pin);

#endif /* _LAB_PARAVISOR_LINUX_IOAPIC_H */
