// SPDX-License-Identifier: GPL-2.0-only
/*
 * SHA-384 of one block (FIPS 180-4, chapters 4.1.3, 5.3.4 and 6.4).
 */
#include "base/base.h"
#include "tdx/tdx.h"

#define ROUNDS      80
#define BLOCK_WORDS 16
#define BLOCK_BYTES 128

static const u64 round_constants[ROUNDS] = {
	0x428a2f98d728ae22, 0x7137449123ef65cd, 0xb5c0fbcfec4d3b2f, 0xe9b5dba58189dbbc,
	0x3956c25bf348b538, 0x59f111f1b605d019, 0x923f82a4af194f9b, 0xab1c5ed5da6d8118,
	0xd807aa98a3030242, 0x12835b0145706fbe, 0x243185be4ee4b28c, 0x550c7dc3d5ffb4e2,
	0x72be5d74f27b896f, 0x80deb1fe3b1696b1, 0x9bdc06a725c71235, 0xc19bf174cf692694,
	0xe49b69c19ef14ad2, 0xefbe4786384f25e3, 0x0fc19dc68b8cd5b5, 0x240ca1cc77ac9c65,
	0x2de92c6f592b0275, 0x4a7484aa6ea6e483, 0x5cb0a9dcbd41fbd4, 0x76f988da831153b5,
	0x983e5152ee66dfab, 0xa831c66d2db43210, 0xb00327c898fb213f, 0xbf597fc7beef0ee4,
	0xc6e00bf33da88fc2, 0xd5a79147930aa725, 0x06ca6351e003826f, 0x142929670a0e6e70,
	0x27b70a8546d22ffc, 0x2e1b21385c26c926, 0x4d2c6dfc5ac42aed, 0x53380d139d95b3df,
	0x650a73548baf63de, 0x766a0abb3c77b2a8, 0x81c2c92e47edaee6, 0x92722c851482353b,
	0xa2bfe8a14cf10364, 0xa81a664bbc423001, 0xc24b8b70d0f89791, 0xc76c51a30654be30,
	0xd192e819d6ef5218, 0xd69906245565a910, 0xf40e35855771202a, 0x106aa07032bbd1b8,
	0x19a4c116b8d2d0c8, 0x1e376c085141ab53, 0x2748774cdf8eeb99, 0x34b0bcb5e19b48a8,
	0x391c0cb3c5c95a63, 0x4ed8aa4ae3418acb, 0x5b9cca4f7763e373, 0x682e6ff3d6b2b8a3,
	0x748f82ee5defb2fc, 0x78a5636f43172f60, 0x84c87814a1f0ab72, 0x8cc702081a6439ec,
	0x90befffa23631e28, 0xa4506cebde82bde9, 0xbef9a3f7b2c67915, 0xc67178f2e372532b,
	0xca273eceea26619c, 0xd186b8c721c0c207, 0xeada7dd6cde0eb1e, 0xf57d4f7fee6ed178,
	0x06f067aa72176fba, 0x0a637dc5a2c898a6, 0x113f9804bef90dae, 0x1b710b35131c471b,
	0x28db77f523047d84, 0x32caab7b40c72493, 0x3c9ebe0a15c9bebc, 0x431d67c49c100d4c,
	0x4cc5d4becb3e42b6, 0x597f299cfc657e2a, 0x5fcb6fab3ad6faec, 0x6c44198c4a475817,
};

static const u64 first_state[8] = {
	0xcbbb9d5dc1059ed8, 0x629a292a367cd507, 0x9159015a3070dd17, 0x152fecd8f70e5939,
	0x67332667ffc00b31, 0x8eb44a8768581511, 0xdb0c2e0d64f98fa7, 0x47b5481dbefa4fa4,
};

static u64 rotate(u64 word, u32 by)
{
	return word >> by | word << (64 - by);
}

static void expand(const u8 block[BLOCK_BYTES], u64 schedule[ROUNDS])
{
	u32 i, byte;

	for (i = 0; i < BLOCK_WORDS; i++) {
		schedule[i] = 0;
		for (byte = 0; byte < 8; byte++)
			schedule[i] = schedule[i] << 8 | block[i * 8 + byte];
	}
	for (; i < ROUNDS; i++) {
		u64 a = schedule[i - 15], b = schedule[i - 2];

		schedule[i] = schedule[i - 16] + (rotate(a, 1) ^ rotate(a, 8) ^ a >> 7) +
			schedule[i - 7] + (rotate(b, 19) ^ rotate(b, 61) ^ b >> 6);
	}
}

static void do_round(u64 s[8], u64 constant_and_word)
{
	u64 choice = (s[4] & s[5]) ^ (~s[4] & s[6]);
	u64 majority = (s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]);
	u64 one = s[7] + (rotate(s[4], 14) ^ rotate(s[4], 18) ^ rotate(s[4], 41)) + choice +
		constant_and_word;
	u64 two = (rotate(s[0], 28) ^ rotate(s[0], 34) ^ rotate(s[0], 39)) + majority;

	memmove(&s[1], &s[0], 7 * sizeof(*s));
	s[4] += one;
	s[0] = one + two;
}

static void compress(u64 state[8], const u8 block[BLOCK_BYTES])
{
	u64 schedule[ROUNDS], work[8];
	u32 i;

	expand(block, schedule);
	memcpy(work, state, sizeof(work));
	for (i = 0; i < ROUNDS; i++)
		do_round(work, round_constants[i] + schedule[i]);
	for (i = 0; i < 8; i++)
		state[i] += work[i];
}

void sha384(const u8 *data, u32 count, u8 hash[SHA384_BYTES])
{
	u8 block[BLOCK_BYTES] = { 0 };
	u64 state[8];
	u32 i;

	memcpy(block, data, count);
	block[count] = 0x80;
	block[BLOCK_BYTES - 2] = count * 8 >> 8;
	block[BLOCK_BYTES - 1] = count * 8;
	memcpy(state, first_state, sizeof(state));
	compress(state, block);
	for (i = 0; i < SHA384_BYTES; i++)
		hash[i] = state[i / 8] >> (56 - i % 8 * 8);
}
