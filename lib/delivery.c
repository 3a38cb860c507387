// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Deliveries: see context.h.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "context.h"

/**
 * struct change - a change of delivery in progress
 * @target: the new target
 * @next:   the new delivery, when the host uses it
 * @refused: a redirected delivery that was prepared, but refused by the host
 * @failed: a proxied delivery that was prepared, but not confirmed by the host
 * @reason: why the new delivery is not redirected
 * @status: the host's last answer that was not success
 * @error:  the driver's last errno, positive
 * @is_unsure: the host may use a delivery that is not the route's
 */
struct change {
	const struct target *target;
	struct delivery *next;
	struct delivery *refused;
	struct delivery *failed;
	enum vtlirq_reason reason;
	uint32_t status;
	uint32_t error;
	bool is_unsure;
};

/* ---- the quota of the VMM ---- */

/* Return: whether the VMM's quota allows one more vector on @vp. */
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

static void give_to_quota(struct vtlirq *irqs, uint32_t vp)
{
	pthread_mutex_lock(&irqs->lock);
	irqs->taken[vp]--;
	pthread_mutex_unlock(&irqs->lock);
}

/* ---- one delivery ---- */

static struct delivery *delivery_alloc(enum vtlirq_delivery kind, const struct target *target)
{
	struct delivery *delivery = calloc(1, sizeof(*delivery));

	if (!delivery)
		return NULL;
	delivery->kind = kind;
	delivery->target = *target;
	delivery->effective = *target;
	return delivery;
}

static uint32_t delivery_vp(const struct delivery *delivery)
{
	return target_next(&delivery->effective, TARGET_NO_VP);
}

static void delivery_unmap(struct vtlirq *irqs, struct delivery *delivery)
{
	if (!delivery->is_mapped || delivery->is_borrowed)
		return;
	/* It has one of the counted references, so this cannot fail. */
	driver_unmap(&irqs->driver, delivery->hardware, delivery->apic_id);
	delivery->is_mapped = false;
	give_to_quota(irqs, delivery_vp(delivery));
}

static void delivery_release(struct vtlirq *irqs, struct delivery *delivery)
{
	if (delivery->is_held)
		filters_release(&irqs->filters, &delivery->effective,
				delivery->kind == VTLIRQ_PROXIED);
	free(delivery->counter);
	free(delivery);
}

static void delivery_free(struct vtlirq *irqs, struct delivery *delivery)
{
	delivery_unmap(irqs, delivery);
	delivery_release(irqs, delivery);
}

/* ---- deliveries that are retained ---- */

/*
 * When so many proxied deliveries are retained, those with the same vector share one. A guest
 * chooses the device ids, so this bounds the memory.
 */
#define RETAINED_MAX	1024

/* Whether one entry of the list serves both. */
static bool is_same_place(const struct delivery *one, const struct delivery *other)
{
	if (one->kind != other->kind)
		return false;
	if (one->kind == VTLIRQ_PROXIED)
		return one->effective.vector == other->effective.vector &&
		       interrupt_is_same(&one->retained_for, &other->retained_for);
	return one->apic_id == other->apic_id && one->hardware == other->hardware;
}

/* @delivery gives its filters to @same, which has one for each VP, and keeps those it has twice. */
static void give_filters(struct delivery *same, struct delivery *delivery)
{
	for (size_t i = 0; i < TARGET_WORDS; i++) {
		uint64_t both = same->effective.vps[i] & delivery->effective.vps[i];

		same->effective.vps[i] |= delivery->effective.vps[i];
		delivery->effective.vps[i] = both;
	}
}

static struct delivery *find_retained(struct vtlirq *irqs, const struct delivery *delivery)
{
	struct delivery *one = irqs->retained;

	while (one && !is_same_place(one, delivery))
		one = one->retained_next;
	return one;
}

/* Finds a proxied delivery with the same vector: preferably one that others share already. */
static struct delivery *find_shared(struct vtlirq *irqs, const struct delivery *delivery)
{
	struct delivery *one, *found = NULL;

	for (one = irqs->retained; one; one = one->retained_next) {
		if (one->kind != VTLIRQ_PROXIED || delivery->kind != VTLIRQ_PROXIED ||
		    one->effective.vector != delivery->effective.vector)
			continue;
		if (one->retained_for_several)
			return one;
		found = found ?: one;
	}
	return found;
}

/*
 * The host may still send @interrupt here. So the hardware vector must not be freed yet:
 * whoever got it next would receive that interrupt. And the filter must stay open, or the
 * interrupt would be lost. At most one delivery is retained for each hardware vector, and for
 * each vector of each interrupt, or from RETAINED_MAX on for each vector. What serves several
 * interrupts is retained until the close, since the host may accept another target for one of
 * them, and not for the others.
 */
static void retain(struct vtlirq *irqs, const struct vtlirq_interrupt *interrupt,
		   struct delivery *delivery)
{
	struct delivery *same;

	free(delivery->counter);
	delivery->counter = NULL;
	delivery->retained_for = *interrupt;
	pthread_mutex_lock(&irqs->lock);
	same = find_retained(irqs, delivery);
	if (!same && irqs->retained_proxied >= RETAINED_MAX)
		same = find_shared(irqs, delivery);
	if (same) {
		same->retained_for_several |= !interrupt_is_same(&same->retained_for, interrupt);
		if (same->kind == VTLIRQ_PROXIED)
			give_filters(same, delivery);
	} else {
		delivery->retained_next = irqs->retained;
		irqs->retained = delivery;
		irqs->retained_proxied += delivery->kind == VTLIRQ_PROXIED;
	}
	pthread_mutex_unlock(&irqs->lock);
	/* The reference of the other one keeps the vector mapped, or the filters open. */
	if (same)
		delivery_free(irqs, delivery);
}

static struct delivery *take_retained(struct vtlirq *irqs,
				      const struct vtlirq_interrupt *interrupt)
{
	struct delivery **at;
	struct delivery *found;

	pthread_mutex_lock(&irqs->lock);
	for (at = &irqs->retained; *at; at = &(*at)->retained_next) {
		if (!(*at)->retained_for_several &&
		    interrupt_is_same(&(*at)->retained_for, interrupt))
			break;
	}
	found = *at;
	if (found) {
		*at = found->retained_next;
		irqs->retained_proxied -= found->kind == VTLIRQ_PROXIED;
	}
	pthread_mutex_unlock(&irqs->lock);
	return found;
}

/* The host has accepted another target for @interrupt. */
static void drop_retained(struct vtlirq *irqs, const struct vtlirq_interrupt *interrupt)
{
	struct delivery *delivery;

	while ((delivery = take_retained(irqs, interrupt)))
		delivery_free(irqs, delivery);
}

void deliveries_free(struct vtlirq *irqs)
{
	while (irqs->retained) {
		struct delivery *delivery = irqs->retained;

		irqs->retained = delivery->retained_next;
		delivery->is_mapped = false;
		/* While the mapping exists, interrupts come: the filter must stay open. */
		delivery->is_held &= irqs->driver.is_own || delivery->kind == VTLIRQ_PROXIED;
		delivery_free(irqs, delivery);
	}
}

/* ---- a route's delivery ---- */

/* Tear down a delivery of a route; @successor is the next one, or NULL. */
static void delivery_teardown(struct vtlirq_route *route, struct delivery *delivery,
			      struct delivery *successor)
{
	struct vtlirq *irqs = route->irqs;

	delivery_unmap(irqs, delivery);
	/* After the unmap: by then the driver has relayed what was pending. */
	counter_end(&irqs->counters, delivery->counter, successor ? successor->counter : NULL,
		    successor && delivery->kind == VTLIRQ_PROXIED, &route->sum);
	delivery->counter = NULL;
	delivery_release(irqs, delivery);
}

/* Before interrupts can arrive: open the filter, and start to count. */
static int delivery_prepare(struct vtlirq *irqs, struct delivery *delivery)
{
	int error = filters_hold(&irqs->filters, &delivery->effective);

	if (error)
		return error;
	delivery->is_held = true;
	return counter_begin(&irqs->counters, &delivery->effective, &delivery->counter);
}

/* Tell the host to use this delivery for the interrupts of the route. */
static int delivery_retarget(struct vtlirq_route *route, const struct delivery *delivery,
			     struct change *change)
{
	bool redirect = delivery->kind == VTLIRQ_REDIRECTED;
	struct retarget_request request = {
		.vector = redirect ? delivery->hardware : delivery->effective.vector,
		.redirect = redirect,
		.to = &delivery->effective,
	};
	struct vtlirq *irqs = route->irqs;
	struct hypercall_result result;
	int error = hypercall_retarget(irqs->hypercall_fd, &route->interrupt, &request, &result);

	pthread_mutex_lock(&irqs->lock);
	irqs->totals.retarget_calls += result.calls;
	irqs->totals.refusals += error == -ENXIO;
	pthread_mutex_unlock(&irqs->lock);
	if (!error) {
		change->is_unsure = false;
		drop_retained(irqs, &route->interrupt);
		return 0;
	}
	change->is_unsure |= result.is_unsure;
	if (result.status) {
		change->status = result.status;
		context_note_status(irqs, result.status);
	} else {
		change->error = -error;
	}
	return error;
}

/* ---- hardware vectors ---- */

/* Return: whether another VP may still have a vector. */
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
	/* "No vector left" tells the operator more than "a VP is offline". */
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

static int map_on(struct vtlirq *irqs, struct delivery *delivery, uint32_t vp)
{
	int error = apic_id_of(irqs, vp, &delivery->apic_id);

	if (!error) {
		context_add(irqs, &irqs->totals.map_calls, 1);
		error = driver_map(&irqs->driver, delivery->target.vector, delivery->apic_id,
				   &delivery->hardware);
	}
	if (!error) {
		delivery->is_mapped = true;
		target_narrow(&delivery->effective, &delivery->target, vp);
		return 0;
	}
	give_to_quota(irqs, vp);
	return error;
}

/* Map a hardware vector on the first VP that has one. Return: whether a VP had one. */
static bool map_on_any(struct vtlirq *irqs, struct delivery *delivery, struct change *change)
{
	uint32_t vp;
	int error;

	target_for_each_vp(vp, &delivery->target) {
		if (!take_from_quota(irqs, vp)) {
			change->reason = VTLIRQ_REASON_QUOTA;
			continue;
		}
		error = map_on(irqs, delivery, vp);
		if (!error)
			return true;
		if (!note_failure(irqs, change, vp, error))
			return false;
	}
	return false;
}

/* ---- changes ---- */

static enum vtlirq_reason why_not_redirect(struct vtlirq *irqs, const struct target *target)
{
	if (irqs->disabled)
		return VTLIRQ_REASON_DISABLED;
	if (!driver_may_redirect(&irqs->driver))
		return VTLIRQ_REASON_DRIVER;
	if (!irqs->host_redirects)
		return VTLIRQ_REASON_HOST;
	if (target_is_multicast(target))
		return VTLIRQ_REASON_MULTICAST;
	return VTLIRQ_REASON_NONE;
}

/*
 * If the route has the same delivery already, it needs no other vector. The host is
 * called nevertheless: only the host knows whether it still uses this delivery (it may
 * not after a reset of the device, or after it was serviced).
 */
static bool borrow_vector(struct vtlirq_route *route, struct delivery *delivery)
{
	struct delivery *present = route->delivery;

	if (!present || present->kind != VTLIRQ_REDIRECTED ||
	    !target_equal(&present->target, &delivery->target))
		return false;
	delivery->effective = present->effective;
	delivery->apic_id = present->apic_id;
	delivery->hardware = present->hardware;
	delivery->is_mapped = true;
	delivery->is_borrowed = true;
	return true;
}

static bool find_vector(struct vtlirq_route *route, struct delivery *delivery,
			struct change *change)
{
	struct vtlirq *irqs = route->irqs;

	if (borrow_vector(route, delivery))
		return true;
	if (backoff_is_waiting(&irqs->backoff, route->interrupt.device_id, &change->status)) {
		context_add(irqs, &irqs->totals.refusals_saved, 1);
		change->reason = VTLIRQ_REASON_REFUSED;
		return false;
	}
	return map_on_any(irqs, delivery, change);
}

/* The host did not accept a redirected delivery. */
static void redirect_refused(struct vtlirq_route *route, struct delivery *delivery,
			     struct change *change, int error)
{
	change->reason = VTLIRQ_REASON_ERROR;
	if (error == -ENXIO) {
		change->reason = VTLIRQ_REASON_REFUSED;
		backoff_refused(&route->irqs->backoff, route->interrupt.device_id, change->status);
	}
	if (!change->is_unsure)
		delivery_unmap(route->irqs, delivery);
	/* Freed later: the next delivery probably needs the same filters, so keep them open. */
	change->refused = delivery;
}

/* Return: 0: the host uses the new delivery; 1: it is not possible; a negative errno. */
static int redirect(struct vtlirq_route *route, struct change *change)
{
	struct vtlirq *irqs = route->irqs;
	struct delivery *delivery;
	int error;

	change->reason = why_not_redirect(irqs, change->target);
	if (change->reason)
		return 1;
	delivery = delivery_alloc(VTLIRQ_REDIRECTED, change->target);
	if (!delivery)
		return -ENOMEM;
	if (!find_vector(route, delivery, change)) {
		delivery_free(irqs, delivery);
		return 1;
	}
	error = delivery_prepare(irqs, delivery);
	if (error) {
		delivery_free(irqs, delivery);
		return error;
	}
	error = delivery_retarget(route, delivery, change);
	if (error) {
		redirect_refused(route, delivery, change, error);
		return 1;
	}
	backoff_accepted(&irqs->backoff, route->interrupt.device_id);
	change->reason = VTLIRQ_REASON_NONE;
	change->next = delivery;
	return 0;
}

/* Return: 0: the host uses the new delivery; or a negative errno. */
static int proxy(struct vtlirq_route *route, struct change *change)
{
	struct delivery *delivery = delivery_alloc(VTLIRQ_PROXIED, change->target);
	int error;

	if (!delivery)
		return -ENOMEM;
	error = delivery_prepare(route->irqs, delivery);
	if (!error)
		error = delivery_retarget(route, delivery, change);
	if (error)
		change->failed = delivery;
	else
		change->next = delivery;
	return error;
}

static void free_refused(struct vtlirq_route *route, struct change *change)
{
	if (!change->refused)
		return;
	if (change->is_unsure && change->refused->is_mapped && !change->refused->is_borrowed)
		retain(route->irqs, &route->interrupt, change->refused);
	else
		delivery_free(route->irqs, change->refused);
}

static void free_failed(struct vtlirq_route *route, struct change *change)
{
	if (!change->failed)
		return;
	if (change->is_unsure && change->failed->is_held)
		retain(route->irqs, &route->interrupt, change->failed);
	else
		delivery_free(route->irqs, change->failed);
}

/* The change failed: make sure that the host uses the old delivery. */
static void abandon(struct vtlirq_route *route, struct change *change, bool tell_why)
{
	if (change->is_unsure && route->delivery)
		delivery_retarget(route, route->delivery, change);
	free_refused(route, change);
	free_failed(route, change);
	/* A demoted route keeps that reason while it cannot get a vector again. */
	if (tell_why && !(reason_is_shortage(change->reason) &&
			  route->reason == VTLIRQ_REASON_DEMOTED))
		route->reason = change->reason;
}

static void commit(struct vtlirq_route *route, struct change *change)
{
	struct delivery *old = route->delivery;
	struct delivery *next = change->next;
	bool was = old && old->kind == VTLIRQ_REDIRECTED;
	bool is = next->kind == VTLIRQ_REDIRECTED;

	if (next->is_borrowed) {
		next->is_borrowed = false;
		old->is_mapped = false;
	}
	route->delivery = next;
	counter_claim(&route->irqs->counters, next->counter);
	route->reason = change->reason;
	context_add(route->irqs, &route->irqs->totals.redirected, is - was);
	if (old)
		delivery_teardown(route, old, next);
	free_refused(route, change);
}

/*
 * No vector was left while the route still had its old one on the same VP: that one is
 * free now.
 */
static bool freed_the_last_vector(const struct change *change, uint32_t old_vp)
{
	return old_vp != TARGET_NO_VP && target_has(change->target, old_vp) &&
	       reason_is_shortage(change->reason);
}

int delivery_change(struct vtlirq_route *route, const struct target *target,
		    enum delivery_wish wish, enum vtlirq_reason reason)
{
	/* A copy: the argument may belong to the delivery that is freed here. */
	struct target to = *target;
	struct change change = { .target = &to, .reason = reason };
	uint32_t old_vp = TARGET_NO_VP;
	int result = 1;

	if (route->delivery && route->delivery->kind == VTLIRQ_REDIRECTED)
		old_vp = delivery_vp(route->delivery);
	if (wish != DELIVERY_PROXIED)
		result = redirect(route, &change);
	if (result > 0 && wish != DELIVERY_REDIRECTED)
		result = proxy(route, &change);
	if (change.status)
		route->status = change.status;
	if (change.error)
		route->error = change.error;
	if (result) {
		abandon(route, &change, result > 0);
		return result;
	}
	commit(route, &change);
	if (wish == DELIVERY_BEST && freed_the_last_vector(&change, old_vp))
		delivery_change(route, &to, DELIVERY_REDIRECTED, reason);
	return 0;
}

int delivery_end(struct vtlirq_route *route)
{
	struct change change = { 0 };
	struct delivery *delivery = route->delivery;
	/* To the VP whose filter is open; it is closed when no route leads there any more. */
	struct delivery proxied = { .kind = VTLIRQ_PROXIED, .effective = delivery->effective };
	int error = 0;

	route->delivery = NULL;
	if (delivery->kind == VTLIRQ_REDIRECTED) {
		error = delivery_retarget(route, &proxied, &change);
		context_add(route->irqs, &route->irqs->totals.redirected, -1);
	}
	if (error)
		retain(route->irqs, &route->interrupt, delivery);
	else
		delivery_teardown(route, delivery, NULL);
	return error;
}
