// SPDX-License-Identifier: GPL-2.0-only
/*
 * An instruction's prefixes. Owns: which bytes are prefixes (Intel SDM 2A, 2.1.1). Portable.
 */
#include "vcpu/code.h"

#define REX_FIRST 0x40
#define REX_LAST  0x4f

static bool take_prefix(struct code *code, u8 byte)
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
	while (code->prefixes < code->count && take_prefix(code, code->bytes[code->prefixes]))
		code->prefixes++;
}
