// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Aims: see aim.h.
 */
#include <errno.h>
#include <string.h>

#include "aim.h"

/* Below it, a vector is not legal for a local APIC. */
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

int aim_read(struct aim *aim, const struct vtlirq_target *target)
{
	if (target->vector < VECTOR_FIRST || target->vector > VECTOR_LAST ||
	    target->flags & ~VTLIRQ_TARGET_MULTICAST || (target->words && !target->vps))
		return -EINVAL;
	memset(aim, 0, sizeof(*aim));
	aim->vector = target->vector;
	aim->flags = target->flags;
	for (size_t i = 0; i < target->words; i++) {
		if (i < AIM_WORDS)
			aim->vps[i] = target->vps[i];
		else if (target->vps[i])
			return -EINVAL;
	}
	return aim_count(aim) ? 0 : -EINVAL;
}

void aim_narrow(struct aim *narrow, const struct aim *aim, uint32_t vp)
{
	memset(narrow, 0, sizeof(*narrow));
	narrow->vector = aim->vector;
	narrow->flags = aim->flags;
	narrow->vps[vp / 64] = 1ULL << vp % 64;
}

uint32_t aim_next(const struct aim *aim, uint32_t after)
{
	uint32_t from = after == AIM_NO_VP ? 0 : after + 1;

	for (uint32_t i = from / 64; i < AIM_WORDS; i++) {
		uint64_t word = aim->vps[i];

		if (i == from / 64)
			word &= ~0ULL << from % 64;
		if (word)
			return i * 64 + __builtin_ctzll(word);
	}
	return AIM_NO_VP;
}

uint32_t aim_count(const struct aim *aim)
{
	uint32_t count = 0;

	for (size_t i = 0; i < AIM_WORDS; i++)
		count += __builtin_popcountll(aim->vps[i]);
	return count;
}

bool aim_has(const struct aim *aim, uint32_t vp)
{
	return vp < VTLIRQ_VPS_MAX && aim->vps[vp / 64] >> vp % 64 & 1;
}

bool aim_equal(const struct aim *one, const struct aim *other)
{
	return one->vector == other->vector && one->flags == other->flags &&
	       !memcmp(one->vps, other->vps, sizeof(one->vps));
}

bool aim_is_multicast(const struct aim *aim)
{
	return aim->flags & VTLIRQ_TARGET_MULTICAST && aim_count(aim) > 1;
}
