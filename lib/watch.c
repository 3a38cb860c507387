// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Watches: see watch.h.
 */
#include <errno.h>
#include <stdlib.h>

#include "filter.h"
#include "system.h"
#include "watch.h"

/**
 * struct watched - a pair
 * @is_known: @base is; else the driver could not tell yet
 * @is_late:  it is in watches.late
 * @watch:    whose it is
 * @next:     in its bucket
 */
struct watched {
	uint32_t vp;
	bool is_known;
	bool is_late;
	struct driver_counts base;
	struct watch *watch;
	struct watched *next;
};

/**
 * struct watch - all pairs of a way, in the order of their VPs
 * @next:   late: of the same sum
 * @sum:    late: whose
 * @due_ms: late: nothing comes any more after that
 * @late:   pairs that are
 */
struct watch {
	uint32_t vector;
	uint32_t count;
	struct watch *next;
	struct watch_sum *sum;
	uint64_t due_ms;
	uint32_t late;
	struct watched pairs[];
};

void watches_init(struct watches *watches, struct driver *driver)
{
	watches->driver = driver;
	pthread_mutex_init(&watches->lock, NULL);
}

void watches_destroy(struct watches *watches)
{
	pthread_mutex_destroy(&watches->lock);
}

int watch_begin(struct watches *watches, const struct target *target, struct watch **watch)
{
	uint32_t count = target_count(target);
	uint32_t vp = TARGET_NO_VP;
	struct watch *made;

	made = calloc(1, sizeof(*made) + count * sizeof(made->pairs[0]));
	if (!made)
		return -ENOMEM;
	made->vector = target->vector;
	made->count = count;
	for (uint32_t i = 0; i < count; i++) {
		struct watched *pair = &made->pairs[i];

		vp = target_next(target, vp);
		pair->vp = vp;
		pair->watch = made;
		pair->is_known = !driver_counts(watches->driver, vp, target->vector, &pair->base);
	}
	*watch = made;
	return 0;
}

static void add_since(struct driver_counts *sum, const struct driver_counts *now,
		      const struct driver_counts *base)
{
	sum->redirected += now->redirected - base->redirected;
	sum->proxied += now->proxied - base->proxied;
}

/* Return: 0, with what has come to the pair in @now and @since; or a negative errno. */
static int read_pair(struct driver *driver, struct watched *pair, struct driver_counts *now,
		     struct driver_counts *since)
{
	int error = driver_counts(driver, pair->vp, pair->watch->vector, now);

	if (error)
		return error;
	if (!pair->is_known) {
		pair->base = *now;
		pair->is_known = true;
	}
	add_since(since, now, &pair->base);
	return 0;
}

/* ---- late ones; all with watches.lock held ---- */

/* Where the late pair is, or would be. */
static struct watched **late_find(struct watches *watches, uint32_t vp, uint32_t vector)
{
	struct watched **at = &watches->late[(vp * 256 + vector) * 2654435761u >> 22];

	while (*at && ((*at)->vp != vp || (*at)->watch->vector != vector))
		at = &(*at)->next;
	return at;
}

static void late_free(struct watch *watch)
{
	struct watch **at = &watch->sum->late;

	while (*at != watch)
		at = &(*at)->next;
	*at = watch->next;
	free(watch);
}

/* What came to a pair up to @now is its owner's. The watch goes with its last pair. */
static void late_settle(struct watches *watches, struct watched *pair,
			const struct driver_counts *now)
{
	struct watch *watch = pair->watch;

	add_since(&watch->sum->counts, now, &pair->base);
	*late_find(watches, pair->vp, watch->vector) = pair->next;
	pair->is_late = false;
	if (!--watch->late)
		late_free(watch);
}

static void late_add(struct watches *watches, struct watched *pair)
{
	struct watched **at = late_find(watches, pair->vp, pair->watch->vector);

	/* Two routes went from here: what comes cannot be told apart. */
	if (*at)
		return;
	pair->next = NULL;
	pair->is_late = true;
	*at = pair;
	pair->watch->late++;
}

/* Read all late pairs of a watch; settle them if it is time. */
static int late_read(struct watches *watches, struct watch *watch, struct driver_counts *counts)
{
	bool is_due = system_now_ms() >= watch->due_ms;
	uint32_t left = watch->late;
	struct driver_counts now;
	int error = 0;

	for (uint32_t i = 0; left; i++) {
		struct watched *pair = &watch->pairs[i];
		int result;

		if (!pair->is_late)
			continue;
		left--;
		result = read_pair(watches->driver, pair, &now, counts);
		if (result)
			error = result;
		if (is_due)
			late_settle(watches, pair, result ? &pair->base : &now);
	}
	return error;
}

/* Nobody asks any more what comes. */
static void late_drop(struct watches *watches, struct watch *watch)
{
	uint32_t left = watch->late;

	for (uint32_t i = 0; left; i++) {
		struct watched *pair = &watch->pairs[i];

		if (!pair->is_late)
			continue;
		left--;
		late_settle(watches, pair, &pair->base);
	}
}

/* ---- */

void watch_take(struct watches *watches, struct watch *watch)
{
	pthread_mutex_lock(&watches->lock);
	for (uint32_t i = 0; watch && i < watch->count; i++) {
		struct watched *late = *late_find(watches, watch->pairs[i].vp, watch->vector);

		if (late && watch->pairs[i].is_known)
			late_settle(watches, late, &watch->pairs[i].base);
	}
	pthread_mutex_unlock(&watches->lock);
}

/* A VP that is not there, or a driver that does not tell: nothing came. */
static bool is_silence(int error)
{
	return error == -EINVAL || error == -EOPNOTSUPP;
}

int watch_read(struct watches *watches, struct watch *watch, struct watch_sum *sum,
	       struct driver_counts *counts)
{
	struct driver_counts late = { 0 };
	struct watch *one, *next;
	struct driver_counts now;
	int error = 0;

	pthread_mutex_lock(&watches->lock);
	*counts = sum->counts;
	for (one = sum->late; one && !error; one = next) {
		next = one->next;
		error = late_read(watches, one, &late);
		error = is_silence(error) ? 0 : error;
	}
	pthread_mutex_unlock(&watches->lock);
	counts->redirected += late.redirected;
	counts->proxied += late.proxied;

	for (uint32_t i = 0; watch && i < watch->count && !error; i++) {
		error = read_pair(watches->driver, &watch->pairs[i], &now, counts);
		error = is_silence(error) ? 0 : error;
	}
	return error;
}

static int compare(const void *key, const void *element)
{
	const struct watched *one = key, *other = element;

	return (one->vp > other->vp) - (one->vp < other->vp);
}

/* Return: whether the heir has the pair, too. */
static bool hand_over(struct watch *heir, const struct watched *pair,
		      const struct driver_counts *now)
{
	struct watched *same;

	if (!heir || heir->vector != pair->watch->vector)
		return false;
	same = bsearch(pair, heir->pairs, heir->count, sizeof(heir->pairs[0]), compare);
	if (!same)
		return false;
	same->base = *now;
	same->is_known = true;
	return true;
}

/* With watches.lock held. */
static void end_pair(struct watches *watches, struct watched *pair, struct watch *heir,
		     bool is_late, struct driver_counts *counts)
{
	struct driver_counts now;
	bool is_known = !read_pair(watches->driver, pair, &now, counts);

	if (hand_over(heir, pair, is_known ? &now : &pair->base) || !is_known || !is_late)
		return;
	pair->base = now;
	late_add(watches, pair);
}

void watch_end(struct watches *watches, struct watch *watch, struct watch *heir, bool is_late,
	       struct watch_sum *sum)
{
	if (!watch)
		return;
	pthread_mutex_lock(&watches->lock);
	for (uint32_t i = 0; i < watch->count; i++)
		end_pair(watches, &watch->pairs[i], heir, is_late, &sum->counts);
	if (watch->late) {
		watch->due_ms = system_now_ms() + FILTER_LINGER_MS;
		watch->sum = sum;
		watch->next = sum->late;
		sum->late = watch;
	} else {
		free(watch);
	}
	pthread_mutex_unlock(&watches->lock);
}

void watch_sum_drop(struct watches *watches, struct watch_sum *sum)
{
	struct watch *one, *next;

	pthread_mutex_lock(&watches->lock);
	for (one = sum->late; one; one = next) {
		next = one->next;
		late_drop(watches, one);
	}
	pthread_mutex_unlock(&watches->lock);
}
