// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Routes: see context.h, and vtlirq.h for the contract of the public functions.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "context.h"

/* ---- tables ---- */

static struct vtlirq_route **bucket(struct vtlirq *irqs, const struct vtlirq_interrupt *interrupt)
{
	uint64_t mixed = interrupt->device_id * 0x9e3779b97f4a7c15ULL;

	mixed ^= (uint64_t)interrupt->address << 32 | interrupt->data;
	mixed *= 0xd6e8feb86659fd93ULL;
	return &irqs->interrupts[mixed >> 54];
}

static struct vtlirq_route **find(struct vtlirq *irqs, const struct vtlirq_interrupt *interrupt)
{
	struct vtlirq_route **at = bucket(irqs, interrupt);

	while (*at && !interrupt_is_same(&(*at)->interrupt, interrupt))
		at = &(*at)->next_same;
	return at;
}

/* After this, no other thread can create a route of the same interrupt. */
static int claim(struct vtlirq_route *route)
{
	struct vtlirq *irqs = route->irqs;
	struct vtlirq_route **at;
	int error = 0;

	pthread_mutex_lock(&irqs->lock);
	at = find(irqs, &route->interrupt);
	if (*at)
		error = -EEXIST;
	else
		*at = route;
	pthread_mutex_unlock(&irqs->lock);
	return error;
}

static void unclaim(struct vtlirq_route *route)
{
	struct vtlirq *irqs = route->irqs;

	pthread_mutex_lock(&irqs->lock);
	*find(irqs, &route->interrupt) = route->next_same;
	pthread_mutex_unlock(&irqs->lock);
}

static void enlist(struct vtlirq_route *route)
{
	struct vtlirq *irqs = route->irqs;

	pthread_mutex_lock(&irqs->lock);
	route->id = ++irqs->next_id;
	route->previous = irqs->last;
	if (irqs->last)
		irqs->last->next = route;
	else
		irqs->first = route;
	irqs->last = route;
	irqs->totals.routes++;
	pthread_mutex_unlock(&irqs->lock);
}

static void delist(struct vtlirq_route *route)
{
	struct vtlirq *irqs = route->irqs;

	pthread_mutex_lock(&irqs->lock);
	if (route->next)
		route->next->previous = route->previous;
	else
		irqs->last = route->previous;
	if (route->previous)
		route->previous->next = route->next;
	else
		irqs->first = route->next;
	irqs->totals.routes--;
	pthread_mutex_unlock(&irqs->lock);
}

static void hold(struct vtlirq_route *route)
{
	__atomic_fetch_add(&route->references, 1, __ATOMIC_RELAXED);
}

void route_put(struct vtlirq_route *route)
{
	if (__atomic_sub_fetch(&route->references, 1, __ATOMIC_ACQ_REL))
		return;
	pthread_mutex_destroy(&route->lock);
	free(route);
}

struct vtlirq_route *route_get(struct vtlirq *irqs, uint64_t id)
{
	struct vtlirq_route *route;

	pthread_mutex_lock(&irqs->lock);
	route = irqs->first;
	while (route && route->id != id)
		route = route->next;
	if (route)
		hold(route);
	pthread_mutex_unlock(&irqs->lock);
	return route;
}

struct vtlirq_route **routes_snapshot(struct vtlirq *irqs, uint64_t after, size_t limit,
				      size_t *count)
{
	struct vtlirq_route **routes;
	struct vtlirq_route *route;

	*count = 0;
	pthread_mutex_lock(&irqs->lock);
	if (limit > irqs->totals.routes)
		limit = irqs->totals.routes;
	routes = calloc(limit + 1, sizeof(struct vtlirq_route *));
	for (route = irqs->first; routes && route && *count < limit; route = route->next) {
		if (route->id <= after)
			continue;
		hold(route);
		routes[(*count)++] = route;
	}
	pthread_mutex_unlock(&irqs->lock);
	return routes;
}

void routes_release(struct vtlirq_route **routes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		route_put(routes[i]);
	free(routes);
}

/* ---- create, move, destroy ---- */

static struct vtlirq_route *make(struct vtlirq *irqs, const struct vtlirq_interrupt *interrupt)
{
	struct vtlirq_route *route = calloc(1, sizeof(*route));

	if (!route)
		return NULL;
	pthread_mutex_init(&route->lock, NULL);
	route->irqs = irqs;
	route->interrupt = *interrupt;
	route->references = 1;
	route->created_ms = system_now_ms();
	route->changed_ms = route->created_ms;
	route->sample.at_ns = system_now_ns();
	route->preference = VTLIRQ_PREFER_REDIRECTED;
	return route;
}

int vtlirq_route_create(struct vtlirq *irqs, const struct vtlirq_interrupt *interrupt,
			const struct vtlirq_target *asked, struct vtlirq_route **created)
{
	struct vtlirq_route *route;
	struct target target;
	int error = target_read(&target, asked);

	if (error)
		return error;
	route = make(irqs, interrupt);
	if (!route)
		return -ENOMEM;
	error = claim(route);
	if (error)
		goto put;
	pthread_mutex_lock(&route->lock);
	error = delivery_change(route, &target, DELIVERY_BEST, VTLIRQ_REASON_NONE);
	pthread_mutex_unlock(&route->lock);
	if (error)
		goto unclaim;
	enlist(route);
	*created = route;
	return 0;
unclaim:
	unclaim(route);
put:
	route_put(route);
	return error;
}

int vtlirq_route_retarget(struct vtlirq_route *route, const struct vtlirq_target *asked)
{
	enum delivery_wish wish;
	struct target target;
	bool is_move;
	int error = target_read(&target, asked);

	if (error)
		return error;
	pthread_mutex_lock(&route->lock);
	if (route->is_gone) {
		pthread_mutex_unlock(&route->lock);
		return -ENOENT;
	}
	is_move = !target_equal(&target, &route->delivery->target);
	wish = route->preference == VTLIRQ_PREFER_PROXIED ? DELIVERY_PROXIED : DELIVERY_BEST;
	error = delivery_change(route, &target, wish, VTLIRQ_REASON_PREFERRED);
	if (!error) {
		route->moves += is_move;
		route->changed_ms = system_now_ms();
	}
	pthread_mutex_unlock(&route->lock);
	if (!error)
		context_add(route->irqs, &route->irqs->totals.moves, is_move);
	return error;
}

static int prefer(struct vtlirq_route *route, enum vtlirq_preference preference)
{
	bool is = route->delivery->kind == VTLIRQ_REDIRECTED;
	bool wanted = preference == VTLIRQ_PREFER_REDIRECTED;
	int result = 0;

	if (is != wanted)
		result = delivery_change(route, &route->delivery->target,
					 wanted ? DELIVERY_REDIRECTED : DELIVERY_PROXIED,
					 VTLIRQ_REASON_PREFERRED);
	if (result < 0)
		return result;
	if (!result && is != wanted)
		route->changed_ms = system_now_ms();
	if (!wanted)
		route->reason = VTLIRQ_REASON_PREFERRED;
	route->preference = preference;
	return 0;
}

int vtlirq_route_prefer(struct vtlirq_route *route, enum vtlirq_preference preference)
{
	int error = -ENOENT;

	if (preference != VTLIRQ_PREFER_REDIRECTED && preference != VTLIRQ_PREFER_PROXIED)
		return -EINVAL;
	pthread_mutex_lock(&route->lock);
	if (!route->is_gone)
		error = prefer(route, preference);
	pthread_mutex_unlock(&route->lock);
	return error;
}

int vtlirq_route_name_set(struct vtlirq_route *route, const char *name)
{
	int error;

	pthread_mutex_lock(&route->lock);
	error = route_name_copy(route->name, name);
	pthread_mutex_unlock(&route->lock);
	return error;
}

int vtlirq_route_destroy(struct vtlirq_route *route)
{
	int error;

	if (!route)
		return 0;
	delist(route);
	pthread_mutex_lock(&route->lock);
	route->is_gone = true;
	error = delivery_end(route);
	counter_sum_drop(&route->irqs->counters, &route->sum);
	pthread_mutex_unlock(&route->lock);
	unclaim(route);
	route_put(route);
	return error;
}

/* ---- state ---- */

int route_counts(struct vtlirq_route *route, struct driver_counts *counts)
{
	return counter_read(&route->irqs->counters, route->delivery->counter, &route->sum, counts);
}

static int fill(struct vtlirq_route *route, struct vtlirq_route_state *state)
{
	const struct delivery *delivery = route->delivery;
	struct driver_counts counts;
	int error = route_counts(route, &counts);

	*state = (struct vtlirq_route_state) {
		.id = route->id,
		.interrupt = route->interrupt,
		.vector = delivery->target.vector,
		.vp = target_next(&delivery->effective, TARGET_NO_VP),
		.vps = target_count(&delivery->target),
		.multicast = delivery->target.flags & VTLIRQ_TARGET_MULTICAST,
		.delivery = delivery->kind,
		.reason = route->reason,
		.hardware_vector = delivery->hardware,
		.status = route->status,
		.error = route->error,
		.rate = route->rate_milli / 1000,
		.moves = route->moves,
		.promotions = route->promotions,
		.demotions = route->demotions,
		.redirected = counts.redirected,
		.proxied = counts.proxied,
		.age_ms = system_now_ms() - route->created_ms,
	};
	memcpy(state->name, route->name, sizeof(state->name));
	return error;
}

int vtlirq_route_state(struct vtlirq_route *route, struct vtlirq_route_state *state)
{
	int error = -ENOENT;

	pthread_mutex_lock(&route->lock);
	if (!route->is_gone)
		error = fill(route, state);
	pthread_mutex_unlock(&route->lock);
	return error;
}

/* Get the states of the next @limit routes after @after, which becomes the last of their ids. */
static int next_states(struct vtlirq *irqs, uint64_t *after, size_t limit,
		       struct vtlirq_route_state **states, size_t *count)
{
	struct vtlirq_route_state *made;
	struct vtlirq_route **routes;
	size_t held, used = 0;
	int error = 0;

	routes = routes_snapshot(irqs, *after, limit, &held);
	if (!routes)
		return -ENOMEM;
	made = calloc(held + 1, sizeof(*made));
	if (!made)
		error = -ENOMEM;
	for (size_t i = 0; !error && i < held; i++) {
		error = vtlirq_route_state(routes[i], &made[used]);
		used += !error;
		/* It was destroyed in the meantime. */
		if (error == -ENOENT)
			error = 0;
	}
	*after = held ? routes[held - 1]->id : UINT64_MAX;
	routes_release(routes, held);
	if (error) {
		free(made);
		return error;
	}
	*states = made;
	*count = used;
	return 0;
}

int routes_states(struct vtlirq *irqs, uint64_t after, size_t limit,
		  struct vtlirq_route_state **states, size_t *count)
{
	int error = next_states(irqs, &after, limit, states, count);

	/* All of them were destroyed in the meantime, but there may be others after them. */
	while (!error && !*count && after != UINT64_MAX) {
		free(*states);
		*states = NULL;
		error = next_states(irqs, &after, limit, states, count);
	}
	return error;
}

int vtlirq_routes(struct vtlirq *irqs, struct vtlirq_route_state **states, size_t *count)
{
	return routes_states(irqs, 0, SIZE_MAX - 1, states, count);
}
