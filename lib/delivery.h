/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Deliveries: prepare one, tell the host to use it, tear it down; and change a route from
 * one delivery to another without losing an interrupt. Which delivery is better is
 * decided elsewhere (policy.c); this file finds out which one is possible.
 *
 * All functions but deliveries_free() are called with the route's lock held.
 */
#ifndef VTLIRQ_DELIVERY_H
#define VTLIRQ_DELIVERY_H

#include "context.h"
#include "route.h"
#include "counters.h"

/**
 * struct delivery - how the interrupts of a route arrive
 * @kind:     redirected or proxied
 * @target:   what the caller asked for
 * @effective: where interrupts arrive: if redirected, only one VP of @target
 * @apic_id:  if redirected: identifies the VP
 * @hardware: if redirected: the hardware vector
 * @is_mapped: it has a reference to the mapping of (@hardware, @apic_id)
 * @is_borrowed: that reference belongs to the route's present delivery
 * @is_held:  it holds the filters of @effective
 * @counter:  counts what arrives at @effective
 * @retained_next: next in vtlirq.retained
 * @retained_for: if retained: the interrupt that may still arrive on the vector
 * @retained_for_several: if retained: other interrupts may arrive there, too
 */
struct delivery {
	enum vtlirq_delivery kind;
	struct target target;
	struct target effective;
	uint32_t apic_id;
	uint32_t hardware;
	bool is_mapped;
	bool is_borrowed;
	bool is_held;
	struct counter *counter;
	struct delivery *retained_next;
	struct vtlirq_interrupt retained_for;
	bool retained_for_several;
};

/**
 * enum delivery_wish - what delivery_change() has to try
 * @DELIVERY_REDIRECTED: redirected, or no change
 * @DELIVERY_PROXIED:    proxied
 * @DELIVERY_BEST:       redirected if possible, otherwise proxied
 */
enum delivery_wish {
	DELIVERY_REDIRECTED,
	DELIVERY_PROXIED,
	DELIVERY_BEST,
};

/* Whether there was no vector for a route. */
static inline bool reason_is_shortage(enum vtlirq_reason reason)
{
	return reason == VTLIRQ_REASON_NO_VECTOR || reason == VTLIRQ_REASON_QUOTA;
}

/**
 * delivery_change() - change the delivery of a route
 * @route:  the route; a new route has no delivery yet
 * @target: the new target
 * @wish:   which kind to try
 * @reason: why the route is proxied, if nothing else explains it
 *
 * The new delivery works before the old one is torn down.
 *
 * Return: 0: changed; 1: @wish is DELIVERY_REDIRECTED and is not possible, then the
 * delivery has not changed and the route's reason says why; or a negative errno, and
 * the route has not changed.
 */
int delivery_change(struct vtlirq_route *route, const struct target *target,
		    enum delivery_wish wish, enum vtlirq_reason reason);

/**
 * delivery_end() - end the delivery of a route that is destroyed
 * @route: the route
 *
 * Return: 0; or a negative errno if the host did not stop using the hardware vector,
 * which is then retained.
 */
int delivery_end(struct vtlirq_route *route);

/**
 * deliveries_free() - free the deliveries that are retained
 * @irqs: the context, whose VTL file is closed, or is the caller's: then the mappings
 *        exist until the caller closes it
 */
void deliveries_free(struct vtlirq *irqs);

#endif /* VTLIRQ_DELIVERY_H */
