/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Targets: the VPs and the vector that a route leads to, checked and copied from what the
 * caller gave. Knows nothing of deliveries, the driver and the host.
 */
#ifndef VTLIRQ_TARGET_H
#define VTLIRQ_TARGET_H

#include "public.h"

#define TARGET_WORDS	(VTLIRQ_VPS_MAX / 64)
/* target_next() returns it after the last VP, and takes it to start. */
#define TARGET_NO_VP	UINT32_MAX

/**
 * struct target - the VPs and the vector that a route leads to
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
 * target_read() - check the target that a caller gave, and copy it
 * @target: out
 * @asked:  from the caller
 *
 * Return: 0 or -EINVAL.
 */
int target_read(struct target *target, const struct vtlirq_target *asked);

/**
 * target_narrow() - copy a target with only one of its VPs
 * @narrow: out
 * @target: the target to copy
 * @vp:     the only VP of the copy
 */
void target_narrow(struct target *narrow, const struct target *target, uint32_t vp);

/**
 * target_next() - go through the VPs of a target in order
 * @target: the target
 * @after:  the previous VP; TARGET_NO_VP to start
 *
 * Return: the next VP, or TARGET_NO_VP at the end.
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
/* Whether each interrupt goes to several VPs. */
bool target_is_multicast(const struct target *target);

#endif /* VTLIRQ_TARGET_H */
