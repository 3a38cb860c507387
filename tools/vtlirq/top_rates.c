// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Rates: what happened between two samples.
 *
 * Owns: which counts belong together, the sums, and the order of the rows.
 * Knows nothing of where samples are from, nor of how rates look.
 */
#include <stdlib.h>
#include <string.h>

#include "stop.h"
#include "top_rates.h"

/* A count that went back was begun anew: another process, or a driver loaded again. */
static double rate(double seconds, u64 old, u64 new)
{
	return new >= old ? (new - old) / seconds : RATE_UNKNOWN;
}

static double or_zero(double rate)
{
	return rate < 0 ? 0 : rate;
}

static const struct vtlirq_route_state *find_route(const struct sample *sample, pid_t pid,
						   u64 id)
{
	for (size_t i = 0; i < sample->peers.count; i++) {
		const struct peer *peer = &sample->peers.all[i];

		if (peer->pid != pid)
			continue;
		for (size_t j = 0; j < peer->count; j++) {
			if (peer->routes[j].id == id)
				return &peer->routes[j];
		}
	}
	return NULL;
}

static void add_route(struct rates *rates, const struct sample *old, pid_t pid,
		      const struct vtlirq_route_state *state)
{
	const struct vtlirq_route_state *before = find_route(old, pid, state->id);
	struct route_rates *row;

	rates->routes = memory_grow(rates->routes, rates->route_count + 1,
				    sizeof(*rates->routes));
	row = &rates->routes[rates->route_count++];
	*row = (struct route_rates){
		.pid = pid, .state = *state,
		.redirected = RATE_UNKNOWN, .proxied = RATE_UNKNOWN,
	};
	rates->redirected_routes += state->delivery == VTLIRQ_REDIRECTED;
	/* One that is younger than the process's earlier routes was never seen before. */
	if (!before || before->age_ms > state->age_ms)
		return;
	row->redirected = rate(rates->seconds, before->redirected, state->redirected);
	row->proxied = rate(rates->seconds, before->proxied, state->proxied);
}

static void add_routes(struct rates *rates, const struct sample *old, const struct sample *new)
{
	for (size_t i = 0; i < new->peers.count; i++) {
		const struct peer *peer = &new->peers.all[i];

		for (size_t j = 0; j < peer->count; j++)
			add_route(rates, old, peer->pid, &peer->routes[j]);
	}
}

static const struct vp_sample *find_vp(const struct sample *sample, u64 vp)
{
	for (size_t i = 0; i < sample->vp_count; i++) {
		if (sample->vps[i].vp == vp)
			return &sample->vps[i];
	}
	return NULL;
}

static void add_entry_rates(struct rates *rates, struct vp_rates *row,
			    const struct vp_state *old, const struct vp_state *new)
{
	row->entries = rate(rates->vps_seconds, old->entries, new->entries);
	row->handled = rate(rates->vps_seconds, old->handled, new->handled);
	row->halts = rate(rates->vps_seconds, old->halts, new->halts);
	row->user_returns = rate(rates->vps_seconds, old->user_returns, new->user_returns);
	row->kicks = rate(rates->vps_seconds, old->kicks, new->kicks);
}

static void add_vp(struct rates *rates, const struct vp_sample *old, const struct vp_sample *new)
{
	struct vp_rates *row;

	rates->vps = memory_grow(rates->vps, rates->vp_count + 1, sizeof(*rates->vps));
	row = &rates->vps[rates->vp_count++];
	*row = (struct vp_rates){
		new->vp, RATE_UNKNOWN, RATE_UNKNOWN, RATE_UNKNOWN, RATE_UNKNOWN, RATE_UNKNOWN,
		RATE_UNKNOWN, RATE_UNKNOWN, RATE_UNKNOWN
	};
	if (!old)
		return;
	row->redirected = rate(rates->vps_seconds, old->redirected, new->redirected);
	row->proxied = rate(rates->vps_seconds, old->proxied, new->proxied);
	row->blocked = rate(rates->vps_seconds, old->blocked, new->blocked);
	if (old->has_entries && new->has_entries)
		add_entry_rates(rates, row, &old->entries, &new->entries);
}

/* The library shows routes that share a (VP, vector) the same counts: once is enough. */
static bool is_counted_before(const struct rates *rates, size_t at)
{
	const struct vtlirq_route_state *state = &rates->routes[at].state;

	for (size_t i = 0; i < at; i++) {
		if (rates->routes[i].state.vp == state->vp &&
		    rates->routes[i].state.vector == state->vector)
			return true;
	}
	return false;
}

/* The driver knows of routes that nobody publishes; without it, these sums have to do. */
static void add_up(struct rates *rates)
{
	for (size_t i = 0; i < rates->vp_count; i++) {
		rates->redirected += or_zero(rates->vps[i].redirected);
		rates->proxied += or_zero(rates->vps[i].proxied);
	}
	for (size_t i = 0; !rates->vp_count && i < rates->route_count; i++) {
		if (is_counted_before(rates, i))
			continue;
		rates->redirected += or_zero(rates->routes[i].redirected);
		rates->proxied += or_zero(rates->routes[i].proxied);
	}
}

/* Two samples in one nanosecond: any time but none will do. */
static double seconds_between(u64 old, u64 new)
{
	return (double)(new > old ? new - old : 1) / NANOSECONDS_PER_SECOND;
}

/**
 * rates_between() - what happened between two samples
 * @old: the earlier one
 * @new: the later one
 * @rates: the rates, to be given to rates_free()
 */
void rates_between(const struct sample *old, const struct sample *new, struct rates *rates)
{
	*rates = (struct rates){ .processes = new->peers.count };
	rates->seconds = seconds_between(old->when, new->when);
	rates->vps_seconds = seconds_between(old->vps_when, new->vps_when);
	add_routes(rates, old, new);
	for (size_t i = 0; i < new->vp_count; i++)
		add_vp(rates, find_vp(old, new->vps[i].vp), &new->vps[i]);
	add_up(rates);
}

static int by_route(const void *left, const void *right)
{
	const struct route_rates *a = left;
	const struct route_rates *b = right;

	if (a->pid != b->pid)
		return a->pid < b->pid ? -1 : 1;
	return (a->state.id > b->state.id) - (a->state.id < b->state.id);
}

static int by_exits(const void *left, const void *right)
{
	const struct route_rates *a = left;
	const struct route_rates *b = right;

	if (a->proxied != b->proxied)
		return a->proxied > b->proxied ? -1 : 1;
	return by_route(left, right);
}

static int by_rate(const void *left, const void *right)
{
	const struct route_rates *a = left;
	const struct route_rates *b = right;
	double all_a = a->redirected + a->proxied;
	double all_b = b->redirected + b->proxied;

	if (all_a != all_b)
		return all_a > all_b ? -1 : 1;
	return by_route(left, right);
}

/**
 * rates_sort() - put the routes into an order
 * @rates: the rates
 * @order: which
 */
void rates_sort(struct rates *rates, enum top_order order)
{
	static int (* const compare[])(const void *left, const void *right) = {
		[ORDER_RATE] = by_rate,
		[ORDER_EXITS] = by_exits,
		[ORDER_ROUTE] = by_route,
	};

	if (rates->route_count)
		qsort(rates->routes, rates->route_count, sizeof(*rates->routes),
		      compare[order]);
}

/**
 * rates_free() - give the memory back
 * @rates: from rates_between(), or all zero; empty afterwards
 */
void rates_free(struct rates *rates)
{
	free(rates->routes);
	free(rates->vps);
	*rates = (struct rates){};
}
