/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef VTLIRQ_TOP_RATES_H
#define VTLIRQ_TOP_RATES_H

#include "top_sample.h"

/* A rate that two samples do not give: the route or VP is in one of them alone. */
#define RATE_UNKNOWN	(-1.0)

/**
 * enum top_order - which route is shown first
 * @ORDER_RATE: the one with most interrupts a second
 * @ORDER_EXITS: the one that costs most host exits
 * @ORDER_ROUTE: by process and number
 */
enum top_order {
	ORDER_RATE,
	ORDER_EXITS,
	ORDER_ROUTE,
};

/**
 * struct route_rates - a route, and what comes by it
 * @pid: whose it is
 * @state: as in the newer sample
 * @redirected: interrupts a second that come redirected
 * @proxied: that come proxied
 */
struct route_rates {
	pid_t pid;
	struct vtlirq_route_state state;
	double redirected;
	double proxied;
};

/**
 * struct vp_rates - a VP, and what comes to it; all a second
 * @vp: the VP
 * @redirected: interrupts that come redirected
 * @proxied: that come proxied
 * @blocked: that the VMM blocks
 * @entries: entries into VTL0, and so exits from it
 * @handled: exits that need no VMM
 * @halts: sleeps because the VP is halted
 * @user_returns: returns to the VMM
 * @kicks: interrupts to another VP, to make it leave VTL0
 */
struct vp_rates {
	u64 vp;
	double redirected;
	double proxied;
	double blocked;
	double entries;
	double handled;
	double halts;
	double user_returns;
	double kicks;
};

/**
 * struct rates - what happens between two samples
 * @seconds: between them, for routes
 * @vps_seconds: for VPs
 * @processes: that publish routes
 * @redirected_routes: how many of the routes are redirected
 * @routes: the routes
 * @route_count: how many
 * @vps: the VPs
 * @vp_count: how many
 * @redirected: interrupts a second that come redirected, altogether
 * @proxied: that come proxied, each of which costs a host exit
 */
struct rates {
	double seconds;
	double vps_seconds;
	size_t processes;
	size_t redirected_routes;
	struct route_rates *routes;
	size_t route_count;
	struct vp_rates *vps;
	size_t vp_count;
	double redirected;
	double proxied;
};

void rates_between(const struct sample *old, const struct sample *new, struct rates *rates);
void rates_sort(struct rates *rates, enum top_order order);
void rates_free(struct rates *rates);

#endif /* VTLIRQ_TOP_RATES_H */
