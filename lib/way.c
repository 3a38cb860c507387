// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Ways: see way.h.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "host.h"
#include "kept.h"
#include "way.h"

/**
 * struct change - a change under way
 * @aim:    where to
 * @next:   the new way, when the host points to it
 * @spare:  a redirected way that was put up in vain
 * @reason: why it is not redirected
 * @status: the host's last answer that was not success
 * @error:  the driver's last errno, positive
 * @is_unsure: the host may point to a way that is not the route's
 */
struct change {
	const struct aim *aim;
	struct way *next;
	struct way *spare;
	enum vtlirq_reason reason;
	uint32_t status;
	uint32_t error;
	bool is_unsure;
};

/* ---- one way ---- */

static struct way *way_make(enum vtlirq_way kind, const struct aim *aim)
{
	struct way *way = calloc(1, sizeof(*way));

	if (!way)
		return NULL;
	way->kind = kind;
	way->aim = *aim;
	way->reach = *aim;
	return way;
}

static uint32_t way_vp(const struct way *way)
{
	return aim_next(&way->reach, AIM_NO_VP);
}

static void way_unmap(struct vtlirq *irqs, struct way *way)
{
	if (!way->is_mapped || way->is_borrowed)
		return;
	/* By the count of references there is one to give back: it cannot fail. */
	driver_unmap(&irqs->driver, way->hardware, way->apic_id);
	way->is_mapped = false;
	pthread_mutex_lock(&irqs->lock);
	irqs->taken[way_vp(way)]--;
	pthread_mutex_unlock(&irqs->lock);
}

static void way_release(struct vtlirq *irqs, struct way *way)
{
	if (way->is_held)
		pairs_release(&irqs->pairs, &way->reach, way->kind == VTLIRQ_PROXIED);
	free(way->watch);
	free(way);
}

void way_drop(struct vtlirq *irqs, struct way *way)
{
	way_unmap(irqs, way);
	way_release(irqs, way);
}

/* Take down a route's way: @heir is the one that comes after it, or NULL. */
static void way_down(struct vtlirq_route *route, struct way *way, struct way *heir)
{
	struct vtlirq *irqs = route->irqs;

	way_unmap(irqs, way);
	/* Only now: the driver has relayed what was pending. */
	watch_end(&irqs->watches, way->watch, heir ? heir->watch : NULL,
		  heir && way->kind == VTLIRQ_PROXIED, &route->sum);
	way->watch = NULL;
	way_release(irqs, way);
}

/* Interrupts may come: open the filter, and count from here on. */
static int way_open(struct vtlirq *irqs, struct way *way)
{
	int error = pairs_hold(&irqs->pairs, &way->reach);

	if (error)
		return error;
	way->is_held = true;
	return watch_begin(&irqs->watches, &way->reach, &way->watch);
}

/* Tell the host that the route's interrupts go this way. */
static int way_point(struct vtlirq_route *route, const struct way *way, struct change *change)
{
	bool redirect = way->kind == VTLIRQ_REDIRECTED;
	struct host_target target = {
		.vector = redirect ? way->hardware : way->reach.vector,
		.redirect = redirect,
		.to = &way->reach,
	};
	struct vtlirq *irqs = route->irqs;
	struct host_answer answer;
	int error = host_retarget(irqs->host, &route->interrupt, &target, &answer);

	pthread_mutex_lock(&irqs->lock);
	irqs->totals.retarget_calls += answer.calls;
	irqs->totals.refusals += error == -ENXIO;
	pthread_mutex_unlock(&irqs->lock);
	if (!error) {
		change->is_unsure = false;
		kept_release(irqs, &route->interrupt);
		return 0;
	}
	change->is_unsure |= answer.is_unsure;
	if (answer.status) {
		change->status = answer.status;
		context_note_status(irqs, answer.status);
	} else {
		change->error = -error;
	}
	return error;
}

/* ---- a hardware vector ---- */

/* Return: whether the VMM's quota leaves room. */
static bool take_from_quota(struct vtlirq *irqs, uint32_t vp)
{
	uint32_t quota = irqs->config.quota;
	bool is_left;

	pthread_mutex_lock(&irqs->lock);
	is_left = !quota || irqs->taken[vp] < quota;
	irqs->taken[vp] += is_left;
	pthread_mutex_unlock(&irqs->lock);
	return is_left;
}

/* Return: whether it is of use to go on to another VP. */
static bool note_failure(struct vtlirq *irqs, struct change *change, uint32_t vp, int error)
{
	struct driver_vp facts = { 0 };
	enum vtlirq_reason reason = VTLIRQ_REASON_ERROR;

	change->error = -error;
	if (!driver_may_redirect(&irqs->driver)) {
		change->reason = VTLIRQ_REASON_DRIVER;
		return false;
	}
	if (error == -ENODEV) {
		driver_vp(&irqs->driver, vp, &facts);
		reason = facts.quota && facts.taken >= facts.quota ?
			 VTLIRQ_REASON_QUOTA : VTLIRQ_REASON_NO_VECTOR;
	}
	/* That a vector is wanting says more than that a VP is offline. */
	if (!change->reason || change->reason == VTLIRQ_REASON_ERROR)
		change->reason = reason;
	return error == -ENODEV || error == -EINVAL || error == -ENOENT;
}

static int apic_id_of(struct vtlirq *irqs, uint32_t vp, uint32_t *apic_id)
{
	struct driver_vp facts;
	int error;

	if (!irqs->driver.counts)
		return vtlirq_vp_apic_id(vp, apic_id);
	error = driver_vp(&irqs->driver, vp, &facts);
	if (!error)
		*apic_id = facts.apic_id;
	return error;
}

static int map_on(struct vtlirq *irqs, struct way *way, uint32_t vp)
{
	int error = apic_id_of(irqs, vp, &way->apic_id);

	if (!error) {
		context_add(irqs, &irqs->totals.map_calls, 1);
		error = driver_map(&irqs->driver, way->aim.vector, way->apic_id, &way->hardware);
	}
	if (!error) {
		way->is_mapped = true;
		aim_narrow(&way->reach, &way->aim, vp);
		return 0;
	}
	pthread_mutex_lock(&irqs->lock);
	irqs->taken[vp]--;
	pthread_mutex_unlock(&irqs->lock);
	return error;
}

/* A hardware vector on the first VP that has one. Return: whether there is one. */
static bool take_vector(struct vtlirq *irqs, struct way *way, struct change *change)
{
	uint32_t vp;
	int error;

	for (vp = aim_next(&way->aim, AIM_NO_VP); vp != AIM_NO_VP;
	     vp = aim_next(&way->aim, vp)) {
		if (!take_from_quota(irqs, vp)) {
			change->reason = VTLIRQ_REASON_QUOTA;
			continue;
		}
		error = map_on(irqs, way, vp);
		if (!error)
			return true;
		if (!note_failure(irqs, change, vp, error))
			return false;
	}
	return false;
}

/* ---- a change ---- */

static enum vtlirq_reason impossible(struct vtlirq *irqs, const struct aim *aim)
{
	if (irqs->disabled)
		return VTLIRQ_REASON_DISABLED;
	if (!driver_may_redirect(&irqs->driver))
		return VTLIRQ_REASON_DRIVER;
	if (!irqs->host_redirects)
		return VTLIRQ_REASON_HOST;
	if (aim_is_multicast(aim))
		return VTLIRQ_REASON_MULTICAST;
	return VTLIRQ_REASON_NONE;
}

/*
 * Has the route this very way already? Then it needs no other vector. The host is
 * asked all the same: the guest asked for it, and what the host has forgotten (a
 * device that was reset, a host that was serviced) only the host knows.
 */
static bool borrow_vector(struct vtlirq_route *route, struct way *way)
{
	struct way *present = route->way;

	if (!present || present->kind != VTLIRQ_REDIRECTED ||
	    !aim_equal(&present->aim, &way->aim))
		return false;
	way->reach = present->reach;
	way->apic_id = present->apic_id;
	way->hardware = present->hardware;
	way->is_mapped = true;
	way->is_borrowed = true;
	return true;
}

static bool find_vector(struct vtlirq_route *route, struct way *way, struct change *change)
{
	struct vtlirq *irqs = route->irqs;

	if (borrow_vector(route, way))
		return true;
	if (refusals_hold_off(&irqs->refusals, route->interrupt.device_id, &change->status)) {
		context_add(irqs, &irqs->totals.refusals_saved, 1);
		change->reason = VTLIRQ_REASON_REFUSED;
		return false;
	}
	return take_vector(irqs, way, change);
}

/* The host did not point to a redirected way. */
static void was_refused(struct vtlirq_route *route, struct way *way, struct change *change,
			int error)
{
	change->reason = VTLIRQ_REASON_ERROR;
	if (error == -ENXIO) {
		change->reason = VTLIRQ_REASON_REFUSED;
		refusals_add(&route->irqs->refusals, route->interrupt.device_id, change->status);
	}
	if (!change->is_unsure)
		way_unmap(route->irqs, way);
	/* Its pairs are likely those of what comes now: the filter stays open. */
	change->spare = way;
}

/* Return: 0: the host points to the new way; 1: it cannot be had; a negative errno. */
static int redirect(struct vtlirq_route *route, struct change *change)
{
	struct vtlirq *irqs = route->irqs;
	struct way *way;
	int error;

	change->reason = impossible(irqs, change->aim);
	if (change->reason)
		return 1;
	way = way_make(VTLIRQ_REDIRECTED, change->aim);
	if (!way)
		return -ENOMEM;
	if (!find_vector(route, way, change)) {
		way_drop(irqs, way);
		return 1;
	}
	error = way_open(irqs, way);
	if (error) {
		way_drop(irqs, way);
		return error;
	}
	error = way_point(route, way, change);
	if (error) {
		was_refused(route, way, change, error);
		return 1;
	}
	refusals_clear(&irqs->refusals, route->interrupt.device_id);
	change->reason = VTLIRQ_REASON_NONE;
	change->next = way;
	return 0;
}

/* Return: 0: the host points to the new way; or a negative errno. */
static int proxy(struct vtlirq_route *route, struct change *change)
{
	struct way *way = way_make(VTLIRQ_PROXIED, change->aim);
	int error;

	if (!way)
		return -ENOMEM;
	error = way_open(route->irqs, way);
	if (!error)
		error = way_point(route, way, change);
	if (error) {
		way_drop(route->irqs, way);
		return error;
	}
	change->next = way;
	return 0;
}

static void end_spare(struct vtlirq_route *route, struct change *change)
{
	if (!change->spare)
		return;
	if (change->is_unsure && change->spare->is_mapped && !change->spare->is_borrowed)
		kept_add(route->irqs, &route->interrupt, change->spare);
	else
		way_drop(route->irqs, change->spare);
}

/* Nothing came of it: the host has to point where it did before. */
static void give_up(struct vtlirq_route *route, struct change *change, bool tell_why)
{
	bool is_short = change->reason == VTLIRQ_REASON_NO_VECTOR ||
			change->reason == VTLIRQ_REASON_QUOTA;

	if (change->is_unsure && route->way)
		way_point(route, route->way, change);
	end_spare(route, change);
	/* Who gave its vector away is still without it for that reason. */
	if (tell_why && !(is_short && route->reason == VTLIRQ_REASON_DEMOTED))
		route->reason = change->reason;
}

static void commit(struct vtlirq_route *route, struct change *change)
{
	struct way *old = route->way;
	struct way *next = change->next;
	bool was = old && old->kind == VTLIRQ_REDIRECTED;
	bool is = next->kind == VTLIRQ_REDIRECTED;

	if (next->is_borrowed) {
		next->is_borrowed = false;
		old->is_mapped = false;
	}
	route->way = next;
	watch_take(&route->irqs->watches, next->watch);
	route->reason = change->reason;
	context_add(route->irqs, &route->irqs->totals.redirected, is - was);
	if (old)
		way_down(route, old, next);
	end_spare(route, change);
}

/* Was the route's own old vector the last one there? It is free now. */
static bool stood_in_its_own_way(const struct change *change, uint32_t old_vp)
{
	return old_vp != AIM_NO_VP && aim_has(change->aim, old_vp) &&
	       (change->reason == VTLIRQ_REASON_NO_VECTOR ||
		change->reason == VTLIRQ_REASON_QUOTA);
}

int way_change(struct vtlirq_route *route, const struct aim *aim, enum way_wish wish,
	       enum vtlirq_reason reason)
{
	/* The caller's may be that of the way which goes. */
	struct aim to = *aim;
	struct change change = { .aim = &to, .reason = reason };
	uint32_t old_vp = AIM_NO_VP;
	int result = 1;

	if (route->way && route->way->kind == VTLIRQ_REDIRECTED)
		old_vp = way_vp(route->way);
	if (wish != WAY_PROXIED)
		result = redirect(route, &change);
	if (result > 0 && wish != WAY_REDIRECTED)
		result = proxy(route, &change);
	if (change.status)
		route->status = change.status;
	if (change.error)
		route->error = change.error;
	if (result) {
		give_up(route, &change, result > 0);
		return result;
	}
	commit(route, &change);
	if (wish == WAY_BEST && stood_in_its_own_way(&change, old_vp))
		way_change(route, &to, WAY_REDIRECTED, reason);
	return 0;
}

int way_end(struct vtlirq_route *route)
{
	struct change change = { 0 };
	struct way *way = route->way;
	/* To the one VP whose filter is open, until nothing leads there any more. */
	struct way proxied = { .kind = VTLIRQ_PROXIED, .reach = way->reach };
	int error = 0;

	route->way = NULL;
	if (way->kind == VTLIRQ_REDIRECTED) {
		error = way_point(route, &proxied, &change);
		context_add(route->irqs, &route->irqs->totals.redirected, -1);
	}
	if (error)
		kept_add(route->irqs, &route->interrupt, way);
	else
		way_down(route, way, NULL);
	return error;
}
