/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * An aim: where a route is to go, checked, and copied from what a caller gave.
 * Knows nothing of ways, drivers and hosts.
 */
#ifndef VTLIRQ_AIM_H
#define VTLIRQ_AIM_H

#include "public.h"

#define AIM_WORDS	(VTLIRQ_VPS_MAX / 64)
/* What aim_next() gives behind the last VP, and takes to begin. */
#define AIM_NO_VP	UINT32_MAX

/**
 * struct aim - where a route is to go
 * @vector: proxy vector, 16..255
 * @flags:  VTLIRQ_TARGET_*
 * @vps:    at least one bit is set
 */
struct aim {
	uint32_t vector;
	uint32_t flags;
	uint64_t vps[AIM_WORDS];
};

/**
 * aim_read() - check a caller's target, and copy it
 * @aim:    out
 * @target: the caller's
 *
 * Return: 0 or -EINVAL.
 */
int aim_read(struct aim *aim, const struct vtlirq_target *target);

/**
 * aim_narrow() - the same aim, with one VP only
 * @narrow: out
 * @aim:    from which
 * @vp:     the VP
 */
void aim_narrow(struct aim *narrow, const struct aim *aim, uint32_t vp);

/**
 * aim_next() - go through the VPs in order
 * @aim:   whose
 * @after: the VP before; AIM_NO_VP to begin
 *
 * Return: the VP, or AIM_NO_VP at the end.
 */
uint32_t aim_next(const struct aim *aim, uint32_t after);

/* How many VPs there are. */
uint32_t aim_count(const struct aim *aim);
/* Whether a VP is one of them. */
bool aim_has(const struct aim *aim, uint32_t vp);
bool aim_equal(const struct aim *one, const struct aim *other);
/* Whether each interrupt is to go to several VPs. */
bool aim_is_multicast(const struct aim *aim);

#endif /* VTLIRQ_AIM_H */
