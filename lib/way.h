/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Ways: put one up, point the host to it, take it down; and the change of a
 * route from one to another, in which no interrupt is lost. Decides nothing but
 * what can be had.
 *
 * All functions but way_drop() are called with the route's lock held.
 */
#ifndef VTLIRQ_WAY_H
#define VTLIRQ_WAY_H

#include "context.h"
#include "route.h"
#include "watch.h"

/**
 * struct way - a way that is up, or is being put up
 * @kind:     which
 * @aim:      what the caller asked for
 * @reach:    where its interrupts come: redirected, one VP of @aim
 * @apic_id:  redirected: names the VP
 * @hardware: redirected: the hardware vector
 * @is_mapped: it has a reference on (@hardware, @apic_id)
 * @is_borrowed: the reference is that of the route's present way
 * @is_held:  it holds the pairs of @reach
 * @watch:    counts for @reach
 * @kept_next: see kept.h
 * @kept_for: kept: the interrupt that may still come here
 * @kept_for_several: kept: others may, too
 */
struct way {
	enum vtlirq_way kind;
	struct aim aim;
	struct aim reach;
	uint32_t apic_id;
	uint32_t hardware;
	bool is_mapped;
	bool is_borrowed;
	bool is_held;
	struct watch *watch;
	struct way *kept_next;
	struct vtlirq_interrupt kept_for;
	bool kept_for_several;
};

/**
 * enum way_wish - what way_change() is to try
 * @WAY_REDIRECTED: redirected or nothing
 * @WAY_PROXIED:    proxied
 * @WAY_BEST:       redirected, else proxied
 */
enum way_wish {
	WAY_REDIRECTED,
	WAY_PROXIED,
	WAY_BEST,
};

/**
 * way_change() - lead a route another way
 * @route:  the route; it may have none yet
 * @aim:    where to
 * @wish:   which
 * @reason: if it ends proxied, and nothing else says why: why
 *
 * The new way is up before the old one is taken down.
 *
 * Return: 0: changed; 1: @wish is WAY_REDIRECTED and cannot be had, the way is
 * as it was and the route's reason is why; or a negative errno, and the route is
 * as it was.
 */
int way_change(struct vtlirq_route *route, const struct aim *aim, enum way_wish wish,
	       enum vtlirq_reason reason);

/**
 * way_end() - take a route's way down
 * @route: the route, which has none then
 *
 * Return: 0; or a negative errno if the host did not take the interrupt back
 * from its hardware vector, which is then kept.
 */
int way_end(struct vtlirq_route *route);

/**
 * way_drop() - take down a way that the host does not point to
 * @irqs: the context
 * @way:  gives back its mapping and its pairs, and is freed; not its counts
 */
void way_drop(struct vtlirq *irqs, struct way *way);

#endif /* VTLIRQ_WAY_H */
