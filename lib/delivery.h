/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Ways: put one up, point the host to it, take it down; and the change of a
 * route from one to another, in which no interrupt is lost. Decides nothing but
 * what can be had.
 *
 * All functions but deliveries_free() are called with the route's lock held.
 */
#ifndef VTLIRQ_DELIVERY_H
#define VTLIRQ_DELIVERY_H

#include "context.h"
#include "route.h"
#include "watch.h"

/**
 * struct delivery - a way that is up, or is being put up
 * @kind:     which
 * @target:      what the caller asked for
 * @reach:    where its interrupts come: redirected, one VP of @target
 * @apic_id:  redirected: names the VP
 * @hardware: redirected: the hardware vector
 * @is_mapped: it has a reference on (@hardware, @apic_id)
 * @is_borrowed: the reference is that of the route's present way
 * @is_held:  it holds the pairs of @reach
 * @watch:    counts for @reach
 * @retained_next: next in vtlirq.retained
 * @retained_for: retained: the interrupt that may still come here
 * @retained_for_several: retained: others may, too
 */
struct delivery {
	enum vtlirq_delivery kind;
	struct target target;
	struct target reach;
	uint32_t apic_id;
	uint32_t hardware;
	bool is_mapped;
	bool is_borrowed;
	bool is_held;
	struct watch *watch;
	struct delivery *retained_next;
	struct vtlirq_interrupt retained_for;
	bool retained_for_several;
};

/**
 * enum delivery_wish - what delivery_change() is to try
 * @DELIVERY_REDIRECTED: redirected or nothing
 * @DELIVERY_PROXIED:    proxied
 * @DELIVERY_BEST:       redirected, else proxied
 */
enum delivery_wish {
	DELIVERY_REDIRECTED,
	DELIVERY_PROXIED,
	DELIVERY_BEST,
};

/**
 * delivery_change() - lead a route another way
 * @route:  the route; it may have none yet
 * @target:    where to
 * @wish:   which
 * @reason: if it ends proxied, and nothing else says why: why
 *
 * The new way is up before the old one is taken down.
 *
 * Return: 0: changed; 1: @wish is WAY_REDIRECTED and cannot be had, the way is
 * as it was and the route's reason is why; or a negative errno, and the route is
 * as it was.
 */
int delivery_change(struct vtlirq_route *route, const struct target *target,
		    enum delivery_wish wish, enum vtlirq_reason reason);

/**
 * delivery_end() - take a route's way down
 * @route: the route, which has none then
 *
 * Return: 0; or a negative errno if the host did not take the interrupt back
 * from its hardware vector, which is then retained.
 */
int delivery_end(struct vtlirq_route *route);

/**
 * deliveries_free() - free the deliveries that are retained
 * @irqs: the context, whose VTL file is closed, or is the caller's: then the mappings
 *        exist until the caller closes it
 */
void deliveries_free(struct vtlirq *irqs);

#endif /* VTLIRQ_DELIVERY_H */
