/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Pseudo-random numbers: the same stream for the same seed.
 */
#ifndef _TESTS_HARNESS_RANDOM_H
#define _TESTS_HARNESS_RANDOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The state of a stream (SplitMix64). */
struct stream {
	uint64_t at;
};

static inline uint64_t random_next(struct stream *stream)
{
	uint64_t z = stream->at += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

/* 0..@limit - 1 */
static inline uint64_t random_below(struct stream *stream, uint64_t limit)
{
	return random_next(stream) % limit;
}

/* Returns true once in @times calls on average. */
static inline bool random_once_in(struct stream *stream, unsigned int times)
{
	return !random_below(stream, times);
}

static inline void random_fill(struct stream *stream, void *place, size_t size)
{
	uint8_t *byte = place;

	while (size--)
		*byte++ = random_next(stream);
}

#endif /* _TESTS_HARNESS_RANDOM_H */
