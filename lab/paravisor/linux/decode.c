// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Decoding MOV and its relatives (Intel SDM, volume 2, "Instruction Format"), which is what
 * a driver's access to a register compiles to.
 */
#include <string.h>

#include "devices.h"

#define REX_W		0x08
#define REX_R		0x04

#define PREFIX_OPERAND_SIZE 0x66

/**
 * struct reader - the instruction, as far as it has been read
 * @short_of: it has ended too early
 */
struct reader {
	const uint8_t *bytes;
	unsigned int count;
	unsigned int place;
	bool short_of;
	uint8_t rex;
	bool operand_16;
};

static uint8_t next(struct reader *reader)
{
	if (reader->place >= reader->count) {
		reader->short_of = true;
		return 0;
	}
	return reader->bytes[reader->place++];
}

static uint64_t next_constant(struct reader *reader, unsigned int size)
{
	uint64_t value = 0;
	unsigned int i;

	for (i = 0; i < size; i++)
		value |= (uint64_t)next(reader) << (8 * i);
	return value;
}

static bool is_segment_prefix(uint8_t byte)
{
	return byte == 0x26 || byte == 0x2e || byte == 0x36 || byte == 0x3e || byte == 0x64 ||
	       byte == 0x65;
}

/* REX counts only right before the opcode. */
static uint8_t read_prefixes(struct reader *reader)
{
	uint8_t byte;

	for (;;) {
		byte = next(reader);
		if (reader->short_of)
			return 0;
		if ((byte & 0xf0) == 0x40) {
			reader->rex = byte;
			continue;
		}
		if (byte == PREFIX_OPERAND_SIZE)
			reader->operand_16 = true;
		else if (!is_segment_prefix(byte))
			return byte;
		reader->rex = 0;
	}
}

static unsigned int operand_size(const struct reader *reader)
{
	if (reader->rex & REX_W)
		return 8;
	return reader->operand_16 ? 2 : 4;
}

/* ModRM, SIB and displacement. Return: the field of the register; @memory: it names memory. */
static unsigned int read_operands(struct reader *reader, bool *memory)
{
	uint8_t modrm = next(reader), mode = modrm >> 6, base = modrm & 7;

	*memory = mode != 3;
	if (*memory && base == 4)
		base = next(reader) & 7;
	if (mode == 1)
		next_constant(reader, 1);
	else if (mode == 2 || (mode == 0 && base == 5))
		next_constant(reader, 4);
	return (modrm >> 3 & 7) | (reader->rex & REX_R) << 1;
}

/* Without REX, numbers 4 to 7 of a byte are bits 8 to 15 of the first four registers. */
static bool is_high_byte(const struct reader *reader, unsigned int size, unsigned int number)
{
	return size == 1 && !reader->rex && number >= 4;
}

static uint64_t size_mask(unsigned int size)
{
	return size == 8 ? UINT64_MAX : (1ULL << (8 * size)) - 1;
}

static void decode_write(const struct reader *reader, const uint64_t *registers,
			 struct decode_access *access)
{
	unsigned int number = access->number;

	access->write = true;
	access->value = is_high_byte(reader, access->size, number) ? registers[number - 4] >> 8 :
								     registers[number];
	access->value &= size_mask(access->size);
}

static void decode_read(const struct reader *reader, struct decode_access *access)
{
	access->register_size = access->size;
	access->high_byte = is_high_byte(reader, access->size, access->number);
	if (access->high_byte)
		access->number -= 4;
}

static void decode_constant(struct reader *reader, struct decode_access *access)
{
	unsigned int size = access->size == 8 ? 4 : access->size;
	uint64_t value = next_constant(reader, size);

	access->write = true;
	access->value = access->size == 8 ? (uint64_t)(int32_t)value : value;
}

static bool decode_extending(struct reader *reader, struct decode_access *access)
{
	uint8_t opcode = next(reader);
	bool memory;

	switch (opcode) {
	case 0xb6:
	case 0xbe:
		access->size = 1;
		break;
	case 0xb7:
	case 0xbf:
		access->size = 2;
		break;
	default:
		return false;
	}
	access->extends = true;
	access->sign = opcode & 0x08;
	access->register_size = operand_size(reader);
	access->number = read_operands(reader, &memory);
	return memory;
}

static bool decode_plain(struct reader *reader, uint8_t opcode, const uint64_t *registers,
			 struct decode_access *access)
{
	bool memory;

	access->size = opcode & 1 ? operand_size(reader) : 1;
	access->number = read_operands(reader, &memory);
	if (!memory)
		return false;
	switch (opcode) {
	case 0x88:
	case 0x89:
		decode_write(reader, registers, access);
		return true;
	case 0x8a:
	case 0x8b:
		decode_read(reader, access);
		return true;
	case 0xc6:
	case 0xc7:
		decode_constant(reader, access);
		return !(access->number & 7);
	default:
		return false;
	}
}

bool decode_access(const uint8_t *bytes, unsigned int count,
		   const uint64_t registers[DECODE_REGISTERS], struct decode_access *access)
{
	struct reader reader = {
		.bytes = bytes,
		.count = count < DECODE_BYTES_MAX ? count : DECODE_BYTES_MAX,
	};
	uint8_t opcode = read_prefixes(&reader);
	bool known;

	memset(access, 0, sizeof(*access));
	if (opcode == 0x0f)
		known = decode_extending(&reader, access);
	else
		known = decode_plain(&reader, opcode, registers, access);
	access->length = reader.place;
	return known && !reader.short_of;
}

static uint64_t sign_extend(uint64_t value, unsigned int size)
{
	return size == 1 ? (uint64_t)(int8_t)value : (uint64_t)(int16_t)value;
}

uint64_t decode_read_finish(const struct decode_access *access, uint64_t old, uint64_t value)
{
	uint64_t mask = size_mask(access->register_size);

	value &= size_mask(access->size);
	if (access->high_byte)
		return (old & ~0xff00ULL) | value << 8;
	if (access->extends && access->sign)
		value = sign_extend(value, access->size) & mask;
	/* A write to 32 bits of a register clears the others. */
	return access->register_size >= 4 ? value : (old & ~mask) | value;
}
