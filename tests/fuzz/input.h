/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The fuzzer's input, read byte by byte; after its end, zeros are returned.
 */
#ifndef _TESTS_FUZZ_INPUT_H
#define _TESTS_FUZZ_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct input {
	const uint8_t *bytes;
	size_t left;
};

static inline bool input_is_empty(const struct input *input)
{
	return !input->left;
}

static inline void input_take(struct input *input, void *place, size_t size)
{
	size_t had = size < input->left ? size : input->left;

	memset(place, 0, size);
	if (had)
		memcpy(place, input->bytes, had);
	input->bytes += had;
	input->left -= had;
}

static inline uint8_t input_byte(struct input *input)
{
	uint8_t byte;

	input_take(input, &byte, sizeof(byte));
	return byte;
}

static inline uint32_t input_word(struct input *input)
{
	uint32_t word;

	input_take(input, &word, sizeof(word));
	return word;
}

#endif /* _TESTS_FUZZ_INPUT_H */
