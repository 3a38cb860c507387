/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The instruction by which a guest accesses a device's registers. Portable.
 */
#ifndef _LAB_PARAVISOR_LINUX_DECODE_H
#define _LAB_PARAVISOR_LINUX_DECODE_H

#include <stdbool.h>
#include <stdint.h>

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

#endif /* _LAB_PARAVISOR_LINUX_DECODE_H */
