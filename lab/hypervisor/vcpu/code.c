// SPDX-License-Identifier: GPL-2.0-only
/*
 * An instruction's prefixes, and its memory operand.
 *
 * Owns: which bytes are prefixes, and the decoding of ModRM and SIB (Intel SDM 2A, chapter 2).
 * Portable: it compiles in user space too.
 */
#include "vcpu/exits.h"

#define REX_B          BIT(0)
#define REX_X          BIT(1)
#define REX_FIRST      0x40
#define REX_LAST       0x4f
#define ESCAPE         0x0f
#define ESCAPE_38      0x38
#define ESCAPE_3A      0x3a
#define PREFIX_FS      0x64
#define PREFIX_GS      0x65
#define PREFIX_DATA    0x66
#define PREFIX_ADDRESS 0x67
#define GPR_RBP_NUMBER 5
#define NO_INDEX       4

static bool note_prefix(struct code *code, u8 byte)
{
	switch (byte) {
	case 0x66:
		code->data = true;
		return true;
	case 0xf2: case 0xf3:
		code->repeat = true;
		return true;
	case 0x26: case 0x2e: case 0x36: case 0x3e: case 0x64: case 0x65: case 0x67: case 0xf0:
	case REX_FIRST ... REX_LAST:
		return true;
	default:
		return false;
	}
}

void code_prefixes(struct code *code)
{
	code->prefixes = 0;
	code->data = false;
	code->repeat = false;
	while (code->prefixes < code->count && note_prefix(code, code->bytes[code->prefixes]))
		code->prefixes++;
}

/**
 * struct decoder - an instruction, as far as it is decoded
 * @code:    its bytes
 * @count:   how many there are
 * @at:      the next one
 * @rex:     the REX prefix, or 0
 * @segment: PREFIX_FS, PREFIX_GS or 0
 * @narrow:  addresses have 32 bits
 * @data16:  operands have 16 bits
 * @escaped: the opcode is not one byte
 * @opcode:  its last byte
 * @modrm:   the byte
 */
struct decoder {
	const u8 *code;
	u32 count;
	u32 at;
	u8 rex;
	u8 segment;
	bool narrow;
	bool data16;
	bool escaped;
	u8 opcode;
	u8 modrm;
};

static u8 next(struct decoder *decoder)
{
	u8 byte = decoder->at < decoder->count ? decoder->code[decoder->at] : 0;

	decoder->at++;
	return byte;
}

static bool take_prefix(struct decoder *decoder)
{
	u8 byte = decoder->at < decoder->count ? decoder->code[decoder->at] : 0;

	switch (byte) {
	case PREFIX_FS:
	case PREFIX_GS:
		decoder->segment = byte;
		break;
	case PREFIX_DATA:
		decoder->data16 = true;
		break;
	case PREFIX_ADDRESS:
		decoder->narrow = true;
		break;
	case 0x26: case 0x2e: case 0x36: case 0x3e: case 0xf0: case 0xf2: case 0xf3:
		break;
	default:
		return false;
	}
	decoder->at++;
	return true;
}

static void take_opcode(struct decoder *decoder)
{
	u8 byte = next(decoder);

	if (byte >= REX_FIRST && byte <= REX_LAST) {
		decoder->rex = byte;
		byte = next(decoder);
	}
	if (byte == ESCAPE) {
		decoder->escaped = true;
		byte = next(decoder);
		if (byte == ESCAPE_38 || byte == ESCAPE_3A)
			byte = next(decoder);
	}
	decoder->opcode = byte;
	decoder->modrm = next(decoder);
}

static s64 take_displacement(struct decoder *decoder, u32 bytes)
{
	u32 value = 0, i;

	for (i = 0; i < bytes; i++)
		value |= (u32)next(decoder) << 8 * i;
	return bytes == 1 ? (s8)value : (s32)value;
}

static u32 displacement_bytes(u8 mod)
{
	return mod == 1 ? 1 : mod == 2 ? 4 : 0;
}

static u64 take_sib(struct decoder *decoder, const struct operand_state *state)
{
	u8 sib = next(decoder), mod = decoder->modrm >> 6;
	u32 base = (sib & 7) | (decoder->rex & REX_B ? 8 : 0);
	u32 index = (sib >> 3 & 7) | (decoder->rex & REX_X ? 8 : 0);
	u64 address = 0;

	if (index != NO_INDEX)
		address = state->gpr[index] << (sib >> 6);
	if ((sib & 7) == GPR_RBP_NUMBER && !mod)
		return address + take_displacement(decoder, 4);
	return address + state->gpr[base] + take_displacement(decoder, displacement_bytes(mod));
}

/* An address relative to RIP starts at the instruction's end, after its immediate. */
static u32 immediate_bytes(const struct decoder *decoder)
{
	u32 wide = decoder->data16 ? 2 : 4;

	if (decoder->escaped)
		return decoder->opcode == 0xba || decoder->opcode == 0xa4 ||
		       decoder->opcode == 0xac ? 1 : 0;
	switch (decoder->opcode) {
	case 0x80: case 0x83: case 0xc0: case 0xc1: case 0xc6: case 0x6b:
		return 1;
	case 0x81: case 0xc7: case 0x69:
		return wide;
	case 0xf6:
		return decoder->modrm & 0x30 ? 0 : 1;
	case 0xf7:
		return decoder->modrm & 0x30 ? 0 : wide;
	default:
		return 0;
	}
}

static u64 take_address(struct decoder *decoder, const struct operand_state *state)
{
	u8 mod = decoder->modrm >> 6, low = decoder->modrm & 7;
	s64 displacement;

	if (low == NO_INDEX)
		return take_sib(decoder, state);
	if (low == GPR_RBP_NUMBER && !mod) {
		displacement = take_displacement(decoder, 4);
		return state->rip + decoder->at + immediate_bytes(decoder) + displacement;
	}
	return state->gpr[low | (decoder->rex & REX_B ? 8 : 0)] +
	       take_displacement(decoder, displacement_bytes(mod));
}

bool operand_decode(const u8 *code, u32 count, const struct operand_state *state, u64 *address)
{
	struct decoder decoder = { .code = code, .count = count };

	while (take_prefix(&decoder))
		;
	take_opcode(&decoder);
	if (decoder.modrm >> 6 == 3)
		return false;
	*address = take_address(&decoder, state);
	if (decoder.narrow)
		*address = (u32)*address;
	if (decoder.segment == PREFIX_FS)
		*address += state->fs_base;
	else if (decoder.segment == PREFIX_GS)
		*address += state->gs_base;
	return decoder.at <= count;
}
