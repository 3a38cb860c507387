// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The policy: which routes are worth a hardware vector. It first reads the state of all
 * routes, one by one, and then moves a few of them. Another thread may have moved a route
 * in the meantime, so its state is compared again before it is moved.
 */
#include <errno.h>
#include <stdlib.h>

#include "context.h"

/* A rate over a shorter time would mean nothing. */
#define WINDOW_MIN_NS	10000000ULL
/* More than can arrive; small enough that the product does not overflow. */
#define CAME_MAX	10000000000ULL
/* How often a pause doubles at most. */
#define PAUSE_DOUBLINGS_MAX	6

/**
 * struct seen - the state of a route when the policy read it
 * @target:     its target
 * @vp:         if redirected: the VP
 * @rate:       interrupts in 1000 s
 * @changed_ms: shows whether it was moved since then
 * @is_redirected: updated by the policy's own moves
 * @may_move:   its dwell time has passed, and no other rule forbids to move it
 */
struct seen {
	struct vtlirq_route *route;
	struct target target;
	uint32_t vp;
	uint64_t rate;
	uint64_t changed_ms;
	bool is_redirected;
	bool may_move;
};

/**
 * struct round - one call of vtlirq_rebalance()
 * @seen:    all routes, the busiest first
 * @budget:  how many more moves, or attempts, are allowed
 * @moved:   how many routes were moved
 * @error:   the first error, negative
 * @full:    a bit for each VP that has no free vector
 */
struct round {
	struct vtlirq *irqs;
	struct seen *seen;
	size_t count;
	uint32_t budget;
	int moved;
	int error;
	uint64_t full[TARGET_WORDS];
};

/* ---- read the state of all routes ---- */

static bool is_paused(const struct route_pause *pause)
{
	return system_now_ms() < pause->until_ms;
}

static void pause_begin(struct route_pause *pause, uint64_t first_ms)
{
	unsigned int doublings = pause->count;

	if (doublings > PAUSE_DOUBLINGS_MAX)
		doublings = PAUSE_DOUBLINGS_MAX;
	pause->until_ms = system_now_ms() + (first_ms << doublings);
	pause->count++;
}

static void take_sample(struct vtlirq_route *route, const struct driver_counts *counts)
{
	struct route_sample *sample = &route->sample;
	uint64_t count = counts->redirected + counts->proxied;
	uint64_t now = system_now_ns();
	uint64_t came = count > sample->count ? count - sample->count : 0;
	uint64_t passed = now - sample->at_ns;

	if (passed < WINDOW_MIN_NS)
		return;
	if (came > CAME_MAX)
		came = CAME_MAX;
	route->rate_milli = came * 1000000000ULL / (passed / 1000);
	/* One interrupt in an hour is more than none. */
	if (came && !route->rate_milli)
		route->rate_milli = 1;
	sample->at_ns = now;
	sample->count = count;
}

/* Returns whether the route is proxied for a reason that may have changed. */
static bool may_promote(struct vtlirq_route *route)
{
	struct vtlirq *irqs = route->irqs;
	uint32_t status;

	switch (route->reason) {
	case VTLIRQ_REASON_NO_VECTOR:
	case VTLIRQ_REASON_QUOTA:
	case VTLIRQ_REASON_REFUSED:
	case VTLIRQ_REASON_DEMOTED:
	case VTLIRQ_REASON_ERROR:
		break;
	default:
		return false;
	}
	if (route->rate_milli <= irqs->config.promote_rate * 1000ULL)
		return false;
	return !backoff_is_waiting(&irqs->backoff, route->interrupt.device_id, &status);
}

/* Called with the route's lock held. */
static int look_at(struct vtlirq_route *route, struct seen *seen)
{
	struct driver_counts counts;
	int error = route_counts(route, &counts);

	if (error)
		return error;
	take_sample(route, &counts);
	seen->target = route->delivery->target;
	seen->vp = target_next(&route->delivery->effective, TARGET_NO_VP);
	seen->rate = route->rate_milli;
	seen->changed_ms = route->changed_ms;
	seen->is_redirected = route->delivery->kind == VTLIRQ_REDIRECTED;
	seen->may_move = system_now_ms() - route->changed_ms >= route->irqs->config.dwell_ms &&
			 !is_paused(&route->sample.after_failure) &&
			 (seen->is_redirected || may_promote(route));
	return 0;
}

static int busier_first(const void *left, const void *right)
{
	const struct seen *one = left, *other = right;

	return (one->rate < other->rate) - (one->rate > other->rate);
}

static int look(struct round *round, struct vtlirq_route **routes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct seen *seen = &round->seen[round->count];
		int error = 0;

		seen->route = routes[i];
		pthread_mutex_lock(&routes[i]->lock);
		if (!routes[i]->is_gone) {
			error = look_at(routes[i], seen);
			round->count++;
		}
		pthread_mutex_unlock(&routes[i]->lock);
		if (error)
			return error;
	}
	qsort(round->seen, round->count, sizeof(round->seen[0]), busier_first);
	return 0;
}

/* ---- move ---- */

static void note_move(struct vtlirq_route *route, struct seen *seen, bool is_promotion)
{
	route->changed_ms = system_now_ms();
	seen->is_redirected = is_promotion;
	seen->may_move = false;
	seen->vp = target_next(&route->delivery->effective, TARGET_NO_VP);
	route->sample.after_failure = (struct route_pause){ 0 };
	if (is_promotion) {
		route->sample.after_eviction = (struct route_pause){ 0 };
		route->promotions++;
		context_add(route->irqs, &route->irqs->totals.promotions, 1);
	} else {
		route->demotions++;
		context_add(route->irqs, &route->irqs->totals.demotions, 1);
	}
}

/* A route has changed since this round looked at it. */
#define CHANGED_MEANWHILE	2

/*
 * Another thread may have moved or destroyed it, or have asked for the other delivery. The last
 * change of a route that may be moved was at least the dwell time ago, so each later one has a
 * later time. A redirected route always has this preference.
 */
static bool is_as_seen(const struct seen *seen)
{
	const struct vtlirq_route *route = seen->route;

	return !route->is_gone && route->changed_ms == seen->changed_ms &&
	       route->preference == VTLIRQ_PREFER_REDIRECTED;
}

/* Return: 0: moved; 1: not possible now; CHANGED_MEANWHILE; or a negative errno. */
static int move(struct seen *seen, enum delivery_wish wish)
{
	struct vtlirq_route *route = seen->route;
	int result = CHANGED_MEANWHILE;

	pthread_mutex_lock(&route->lock);
	if (is_as_seen(seen)) {
		result = delivery_change(route, &seen->target, wish, VTLIRQ_REASON_DEMOTED);
		if (!result)
			note_move(route, seen, wish == DELIVERY_REDIRECTED);
	}
	pthread_mutex_unlock(&route->lock);
	return result;
}

/*
 * A route whose move failed is left alone for a while, longer each time, so that it does
 * not use up the moves of every round.
 */
static void count_move(struct round *round, struct seen *seen, int result)
{
	seen->may_move = false;
	if (result == CHANGED_MEANWHILE)
		return;
	round->budget--;
	round->moved += !result;
	if (!result)
		return;
	if (result < 0 && !round->error)
		round->error = result;
	pause_begin(&seen->route->sample.after_failure, round->irqs->config.dwell_ms);
}

/* ---- VPs that have no vector left ---- */

static bool is_full(const struct round *round, const struct target *target)
{
	for (size_t i = 0; i < TARGET_WORDS; i++) {
		if (target->vps[i] & ~round->full[i])
			return false;
	}
	return true;
}

static bool is_short_of_vectors(struct vtlirq_route *route)
{
	enum vtlirq_reason reason;

	pthread_mutex_lock(&route->lock);
	reason = route->reason;
	pthread_mutex_unlock(&route->lock);
	return reason_is_shortage(reason) || reason == VTLIRQ_REASON_DEMOTED;
}

/* Return: 0: promoted; 1: no free vector; 2: it failed for another reason. */
static int try_promote(struct round *round, struct seen *seen)
{
	int result;

	if (is_full(round, &seen->target))
		return 1;
	result = move(seen, DELIVERY_REDIRECTED);
	if (result == 1 && is_short_of_vectors(seen->route)) {
		for (size_t i = 0; i < TARGET_WORDS; i++)
			round->full[i] |= seen->target.vps[i];
		return 1;
	}
	count_move(round, seen, result);
	return result ? 2 : 0;
}

/* ---- replace one route by another ---- */

static bool shares_vector(const struct seen *one, const struct seen *other)
{
	return other->is_redirected && one->vp == other->vp &&
	       one->target.vector == other->target.vector;
}

/* Returns whether all routes that share the victim's vector may be moved, so that it is freed. */
static bool may_evict(const struct round *round, const struct seen *victim)
{
	uint32_t moves = 1;

	for (size_t i = 0; i < round->count; i++) {
		if (!shares_vector(victim, &round->seen[i]))
			continue;
		if (!round->seen[i].may_move)
			return false;
		moves++;
	}
	return moves <= round->budget;
}

static bool is_busier(const struct round *round, const struct seen *one,
		      const struct seen *other)
{
	double factor = 1 + round->irqs->config.hysteresis_percent / 100.0;

	return one->rate > other->rate && one->rate >= other->rate * factor;
}

/* Finds the idlest redirected route whose vector the busy route could use. */
static struct seen *find_victim(struct round *round, const struct seen *busy)
{
	for (size_t i = round->count; i-- > 0;) {
		struct seen *victim = &round->seen[i];

		if (!is_busier(round, busy, victim))
			return NULL;
		if (victim->is_redirected && victim->may_move &&
		    target_has(&busy->target, victim->vp) && may_evict(round, victim))
			return victim;
	}
	return NULL;
}

/*
 * Free the victim's vector, and promote the busy route. Routes that share the vector are
 * demoted one by one: the first makes room in the VMM's quota, but only the last one
 * makes room in the driver's.
 *
 * Return: false if one of them could not be moved, so that the vector is still in use and
 * another victim is needed.
 */
static bool replace(struct round *round, struct seen *busy, struct seen *victim)
{
	struct seen first = *victim;
	int result = 1;

	for (size_t i = 0; result == 1 && i < round->count; i++) {
		struct seen *one = &round->seen[i];

		if (!shares_vector(&first, one))
			continue;
		result = move(one, DELIVERY_PROXIED);
		count_move(round, one, result);
		if (result)
			return false;
		round->full[first.vp / 64] &= ~(1ULL << first.vp % 64);
		result = try_promote(round, busy);
	}
	return true;
}

/*
 * The driver keeps a freed vector in quarantine for a while, so that the busy route may
 * get it only in a later round. Until then no other route is evicted for it.
 */
static void evict_for(struct round *round, struct seen *busy)
{
	struct route_pause *pause = &busy->route->sample.after_eviction;
	struct seen *victim = NULL;
	bool is_evicted = false;

	if (is_paused(pause))
		return;
	while (!is_evicted && round->budget) {
		victim = find_victim(round, busy);
		if (!victim)
			return;
		is_evicted = replace(round, busy, victim);
	}
	if (is_evicted && !busy->is_redirected)
		pause_begin(pause, 2ULL * round->irqs->config.dwell_ms);
}

/*
 * A device that the host refused before only gets a free vector: no other route is evicted
 * for it, since the host may refuse it again.
 */
static void promote(struct round *round, struct seen *seen)
{
	uint64_t device_id = seen->route->interrupt.device_id;

	if (try_promote(round, seen) == 1 && round->budget &&
	    !backoff_was_refused(&round->irqs->backoff, device_id))
		evict_for(round, seen);
}

static void act(struct round *round)
{
	for (size_t i = 0; i < round->count && round->budget; i++) {
		if (!round->seen[i].is_redirected && round->seen[i].may_move)
			promote(round, &round->seen[i]);
	}
}

static int rebalance(struct vtlirq *irqs, struct vtlirq_route **routes, size_t count)
{
	struct round round = { .irqs = irqs, .budget = irqs->config.moves_max };
	int error;

	round.seen = calloc(count + 1, sizeof(round.seen[0]));
	if (!round.seen)
		return -ENOMEM;
	error = look(&round, routes, count);
	if (!error && irqs->has_learnt)
		act(&round);
	if (!error)
		irqs->has_learnt = true;
	free(round.seen);
	if (error)
		return error;
	return round.moved ? round.moved : round.error;
}

int vtlirq_rebalance(struct vtlirq *irqs)
{
	struct vtlirq_route **routes;
	size_t count;
	int result = -ENOMEM;

	filters_expire(&irqs->filters);
	if (!context_has_policy(irqs))
		return 0;
	pthread_mutex_lock(&irqs->policy_lock);
	routes = routes_snapshot(irqs, 0, SIZE_MAX - 1, &count);
	if (routes) {
		result = rebalance(irqs, routes, count);
		routes_release(routes, count);
	}
	pthread_mutex_unlock(&irqs->policy_lock);
	return result;
}
