/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The parts of the machine that are portable, and know nothing of VTL0 and the VMM.
 */
#ifndef _LAB_PARAVISOR_LINUX_DEVICES_H
#define _LAB_PARAVISOR_LINUX_DEVICES_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* Numbers in a table of bytes, little endian, at any place. */

static inline uint16_t get_16(const uint8_t *place)
{
	uint16_t value;

	memcpy(&value, place, sizeof(value));
	return value;
}

static inline uint32_t get_32(const uint8_t *place)
{
	uint32_t value;

	memcpy(&value, place, sizeof(value));
	return value;
}

static inline void put_16(uint8_t *place, uint16_t value)
{
	memcpy(place, &value, sizeof(value));
}

static inline void put_32(uint8_t *place, uint32_t value)
{
	memcpy(place, &value, sizeof(value));
}

static inline void put_64(uint8_t *place, uint64_t value)
{
	memcpy(place, &value, sizeof(value));
}

/*
 * ---- decode.c ----
 * The instruction by which a guest accesses a device's registers. Portable.
 */

/* No instruction is longer (Intel SDM, "Instruction Format"). */
#define DECODE_BYTES_MAX	15
#define DECODE_REGISTERS	16

/**
 * struct decode_access - what an instruction does to memory
 * @write:       it writes; else it reads
 * @size:        bytes of memory: 1, 2, 4 or 8
 * @value:       write: what is written
 * @number:      read: which register it goes to, by its number in instructions
 * @high_byte:   read: it goes to bits 8 to 15 of the register
 * @extends:     read: it fills a register of @register_size bytes, with zeroes or
 * @sign:        with copies of the sign
 * @register_size: of the register that is read into
 * @length:      of the instruction
 */
struct decode_access {
	bool write;
	unsigned int size;
	uint64_t value;
	unsigned int number;
	bool high_byte;
	bool extends;
	bool sign;
	unsigned int register_size;
	unsigned int length;
};

/**
 * decode_access() - decode MOV, MOVZX or MOVSX between memory and a register or constant
 * @bytes:     the instruction, in 64-bit mode
 * @count:     how many bytes there are
 * @registers: the guest's, by their number in instructions
 * @access:    out
 *
 * The address is not decoded, since the exit contains it.
 *
 * Return: false if it is another instruction, or not all of it is there.
 */
bool decode_access(const uint8_t *bytes, unsigned int count,
		   const uint64_t registers[DECODE_REGISTERS], struct decode_access *access);

/**
 * decode_read_finish() - the register's new value after a read
 * @access: from decode_access()
 * @old:    the register's old value
 * @value:  what was read
 *
 * Return: the new value.
 */
uint64_t decode_read_finish(const struct decode_access *access, uint64_t old, uint64_t value);

/*
 * ---- uart.c ----
 * A serial port: a 16550 with a FIFO for input. Portable, without locks of its own.
 */

#define UART_FIFO	256

/**
 * struct uart - a serial port
 * @output:    called with each byte that the guest sends
 * @interrupt: called when its interrupt, which is edge-triggered, is raised
 * @context:   handed to both
 * @enabled:   interrupt enable register
 * @line:      line control register
 * @modem:     modem control register
 * @scratch:   scratch register
 * @fifo:      FIFO control register
 * @divisor:   of the clock
 * @sent:      the transmitter has become empty, and the guest does not know yet
 * @raised:    the level of the interrupt
 * @input:     bytes for the guest: @first, and how many
 */
struct uart {
	void (*output)(void *context, uint8_t byte);
	void (*interrupt)(void *context);
	void *context;
	uint8_t enabled;
	uint8_t line;
	uint8_t modem;
	uint8_t scratch;
	uint8_t fifo;
	uint16_t divisor;
	bool sent;
	bool raised;
	uint8_t input[UART_FIFO];
	unsigned int first;
	unsigned int count;
};

/* Registers 0 to 7, from its first port on. */
uint8_t uart_read(struct uart *uart, unsigned int number);
void uart_write(struct uart *uart, unsigned int number, uint8_t value);

/* Bytes come in. Return: how many there was room for. */
unsigned int uart_receive(struct uart *uart, const uint8_t *bytes, unsigned int count);

/*
 * ---- ioapic.c ----
 * An I/O APIC of 24 pins, for edge-triggered interrupts. Portable, without locks of its own.
 */

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

/*
 * ---- cmos.c ----
 * A real-time clock that can be read.
 */

/**
 * struct cmos - the clock
 * @index: which register is read next
 */
struct cmos {
	uint8_t index;
};

/* The register that @index names; the time is that of this process, in UTC. */
uint8_t cmos_read(const struct cmos *cmos);

#endif /* _LAB_PARAVISOR_LINUX_DEVICES_H */
