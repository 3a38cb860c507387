// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What "vtlirq top" counts: samples of all counters, and the rates between two of them.
 *
 * Each sample is read anew and leaves nothing open, so that processes, and the driver
 * itself, may come and go.
 */
#include <stdlib.h>
#include <string.h>

#include "command.h"

/* Reads all counters now. */
void sample_take(struct sample *sample)
{
	*sample = (struct sample){};
	if (state_vps(&sample->vps, &sample->vp_count, &sample->no_vps)) {
		sample->vps = NULL;
		sample->vp_count = 0;
	}
	/* A process that does not answer takes some time. */
	sample->vps_when = clock_now();
	routes_read(&sample->routes, UNKNOWN, &sample->no_routes);
	sample->when = clock_now();
	for (size_t i = 0; i < sample->routes.count; i++)
		sample->redirected_routes += !sample->routes.all[i].reason;
}

/* Frees what sample_take() allocated. */
void sample_free(struct sample *sample)
{
	routes_free(&sample->routes);
	problem_list_free(&sample->no_vps);
	free(sample->vps);
	free(sample->rates);
	*sample = (struct sample){};
}

/* A counter that went back began again: another process, or a driver loaded again. */
static double rate(double seconds, u64 old, u64 new)
{
	if (old == UNKNOWN || new == UNKNOWN || new < old)
		return RATE_UNKNOWN;
	return (new - old) / seconds;
}

static double or_zero(double rate)
{
	return rate < 0 ? 0 : rate;
}

static void compare_route(const struct sample *old, struct route *route, double seconds)
{
	for (size_t i = 0; i < old->routes.count; i++) {
		const struct route *before = &old->routes.all[i];

		/* A route that is younger than before belongs to a new process with an old pid. */
		if (before->pid != route->pid || before->state.id != route->state.id ||
		    before->state.age_ms > route->state.age_ms)
			continue;
		route->redirected_rate = rate(seconds, before->state.redirected,
					      route->state.redirected);
		route->proxied_rate = rate(seconds, before->state.proxied, route->state.proxied);
	}
}

static struct vp_rates compare_vp(const struct sample *old, const struct vp *new, double seconds)
{
	struct vp unknown;
	const struct vp *before = &unknown;

	memset(&unknown, 0xff, sizeof(unknown));
	for (size_t i = 0; i < old->vp_count; i++) {
		if (old->vps[i].vp == new->vp)
			before = &old->vps[i];
	}
	return (struct vp_rates){
		.vp = new->vp,
		.redirected = rate(seconds, before->redirected, new->redirected),
		.proxied = rate(seconds, before->proxied, new->proxied),
		.blocked = rate(seconds, before->blocked, new->blocked),
		.entries = rate(seconds, before->entries, new->entries),
		.handled = rate(seconds, before->handled, new->handled),
		.halts = rate(seconds, before->halts, new->halts),
		.user_returns = rate(seconds, before->user_returns, new->user_returns),
		.kicks = rate(seconds, before->kicks, new->kicks),
	};
}

/* The library gives routes that share VP and vector the same counts: they count once. */
static bool is_counted_before(const struct sample *sample, size_t at)
{
	const struct vtlirq_route_state *state = &sample->routes.all[at].state;

	for (size_t i = 0; i < at; i++) {
		if (sample->routes.all[i].state.vp == state->vp &&
		    sample->routes.all[i].state.vector == state->vector)
			return true;
	}
	return false;
}

/* The driver also counts routes that are not published; without it, the routes are added. */
static void add_up(struct sample *sample)
{
	for (size_t i = 0; i < sample->vp_count; i++) {
		sample->redirected += or_zero(sample->rates[i].redirected);
		sample->proxied += or_zero(sample->rates[i].proxied);
	}
	for (size_t i = 0; !sample->vp_count && i < sample->routes.count; i++) {
		if (is_counted_before(sample, i))
			continue;
		sample->redirected += or_zero(sample->routes.all[i].redirected_rate);
		sample->proxied += or_zero(sample->routes.all[i].proxied_rate);
	}
}

/* Two samples in the same nanosecond: any time but zero will do. */
static double seconds_between(u64 old, u64 new)
{
	return (double)(new > old ? new - old : 1) / NANOSECONDS_PER_SECOND;
}

/* Calculates the rates since an earlier sample. */
void sample_compare(const struct sample *old, struct sample *new)
{
	double vps_seconds = seconds_between(old->vps_when, new->vps_when);

	new->seconds = seconds_between(old->when, new->when);
	for (size_t i = 0; i < new->routes.count; i++)
		compare_route(old, &new->routes.all[i], new->seconds);
	if (new->vp_count)
		new->rates = memory_grow(NULL, new->vp_count, sizeof(*new->rates));
	for (size_t i = 0; i < new->vp_count; i++)
		new->rates[i] = compare_vp(old, &new->vps[i], vps_seconds);
	add_up(new);
}

static int by_route(const void *left, const void *right)
{
	const struct route *a = left;
	const struct route *b = right;

	if (a->pid != b->pid)
		return a->pid < b->pid ? -1 : 1;
	return (a->state.id > b->state.id) - (a->state.id < b->state.id);
}

static int by_exits(const void *left, const void *right)
{
	const struct route *a = left;
	const struct route *b = right;
	int more = (a->proxied_rate < b->proxied_rate) - (a->proxied_rate > b->proxied_rate);

	return more ? more : by_route(left, right);
}

static int by_rate(const void *left, const void *right)
{
	const struct route *a = left;
	const struct route *b = right;
	double all_a = a->redirected_rate + a->proxied_rate;
	double all_b = b->redirected_rate + b->proxied_rate;
	int more = (all_a < all_b) - (all_a > all_b);

	return more ? more : by_route(left, right);
}

/* Sorts the routes, of which the first ones are seen best. */
void sample_sort(struct sample *sample, enum order order)
{
	static int (* const compare[])(const void *left, const void *right) = {
		[ORDER_RATE] = by_rate,
		[ORDER_EXITS] = by_exits,
		[ORDER_ROUTE] = by_route,
	};

	if (sample->routes.count)
		qsort(sample->routes.all, sample->routes.count, sizeof(*sample->routes.all),
		      compare[order]);
}
