// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Targets: see system.h.
 */
#include <errno.h>
#include <string.h>

#include "system.h"

/* A local APIC refuses lower vectors. */
#define VECTOR_FIRST	16
#define VECTOR_LAST	255

const struct vtlirq_target *vtlirq_target_single(struct vtlirq_single_target *single, uint32_t vp,
						 uint32_t vector)
{
	if (vp >= VTLIRQ_VPS_MAX)
		return NULL;
	memset(single, 0, sizeof(*single));
	single->words[vp / 64] = 1ULL << vp % 64;
	single->target.vector = vector;
	single->target.vps = single->words;
	single->target.words = vp / 64 + 1;
	return &single->target;
}

int target_read(struct target *target, const struct vtlirq_target *asked)
{
	if (asked->vector < VECTOR_FIRST || asked->vector > VECTOR_LAST ||
	    asked->flags & ~VTLIRQ_TARGET_MULTICAST || (asked->words && !asked->vps))
		return -EINVAL;
	memset(target, 0, sizeof(*target));
	target->vector = asked->vector;
	target->flags = asked->flags;
	for (size_t i = 0; i < asked->words; i++) {
		if (i < TARGET_WORDS)
			target->vps[i] = asked->vps[i];
		else if (asked->vps[i])
			return -EINVAL;
	}
	return target_count(target) ? 0 : -EINVAL;
}

void target_narrow(struct target *narrow, const struct target *target, uint32_t vp)
{
	memset(narrow, 0, sizeof(*narrow));
	narrow->vector = target->vector;
	narrow->flags = target->flags;
	narrow->vps[vp / 64] = 1ULL << vp % 64;
}

uint32_t target_next(const struct target *target, uint32_t after)
{
	uint32_t from = after == TARGET_NO_VP ? 0 : after + 1;

	for (uint32_t i = from / 64; i < TARGET_WORDS; i++) {
		uint64_t word = target->vps[i];

		if (i == from / 64)
			word &= ~0ULL << from % 64;
		if (word)
			return i * 64 + __builtin_ctzll(word);
	}
	return TARGET_NO_VP;
}

uint32_t target_count(const struct target *target)
{
	uint32_t count = 0;

	for (size_t i = 0; i < TARGET_WORDS; i++)
		count += __builtin_popcountll(target->vps[i]);
	return count;
}

bool target_has(const struct target *target, uint32_t vp)
{
	return vp < VTLIRQ_VPS_MAX && target->vps[vp / 64] >> vp % 64 & 1;
}

bool target_equal(const struct target *one, const struct target *other)
{
	return one->vector == other->vector && one->flags == other->flags &&
	       !memcmp(one->vps, other->vps, sizeof(one->vps));
}

bool target_is_multicast(const struct target *target)
{
	return target->flags & VTLIRQ_TARGET_MULTICAST && target_count(target) > 1;
}
