/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A target: where a route is to go, checked, and copied from what a caller gave.
 * Knows nothing of ways, drivers and hosts.
 */
#ifndef VTLIRQ_TARGET_H
#define VTLIRQ_TARGET_H

#include "public.h"

#define TARGET_WORDS	(VTLIRQ_VPS_MAX / 64)
/* What target_next() gives behind the last VP, and takes to begin. */
#define TARGET_NO_VP	UINT32_MAX

/**
 * struct target - where a route is to go
 * @vector: proxy vector, 16..255
 * @flags:  VTLIRQ_TARGET_*
 * @vps:    at least one bit is set
 */
struct target {
	uint32_t vector;
	uint32_t flags;
	uint64_t vps[TARGET_WORDS];
};

/**
 * target_read() - check a caller's target, and copy it
 * @target:    out
 * @asked:  from the caller
 *
 * Return: 0 or -EINVAL.
 */
int target_read(struct target *target, const struct vtlirq_target *asked);

/**
 * target_narrow() - the same target, with one VP only
 * @narrow: out
 * @target:    from which
 * @vp:     the VP
 */
void target_narrow(struct target *narrow, const struct target *target, uint32_t vp);

/**
 * target_next() - go through the VPs in order
 * @target:   whose
 * @after: the VP before; TARGET_NO_VP to begin
 *
 * Return: the VP, or TARGET_NO_VP at the end.
 */
uint32_t target_next(const struct target *target, uint32_t after);

#define target_for_each_vp(vp, target) \
	for ((vp) = target_next(target, TARGET_NO_VP); (vp) != TARGET_NO_VP; \
	     (vp) = target_next(target, vp))

/* How many VPs there are. */
uint32_t target_count(const struct target *target);
/* Whether a VP is one of them. */
bool target_has(const struct target *target, uint32_t vp);
bool target_equal(const struct target *one, const struct target *other);
/* Whether each interrupt is to go to several VPs. */
bool target_is_multicast(const struct target *target);

#endif /* VTLIRQ_TARGET_H */
