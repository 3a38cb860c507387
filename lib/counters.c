// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Counters: see context.h.
 */
#include <errno.h>
#include <stdlib.h>

#include "context.h"

/**
 * struct vp_counter - counts the interrupts of one VP, with the vector of @counter
 * @is_known: @base is valid; otherwise the driver could not read the count yet
 * @is_late:  it is in counters.late
 * @base:     the driver's count when this counter began
 * @counter:  the counter that it belongs to
 * @next:     next in its bucket of counters.late
 */
struct vp_counter {
	uint32_t vp;
	bool is_known;
	bool is_late;
	struct driver_counts base;
	struct counter *counter;
	struct vp_counter *next;
};

/**
 * struct counter - counts the interrupts of one delivery
 * @next:   if late: the next late counter of @sum
 * @sum:    if late: the sum that it adds to
 * @due_ms: if late: no interrupt can arrive after this time
 * @late:   how many of @vps are in counters.late
 * @vps:    in the order of their VPs
 */
struct counter {
	uint32_t vector;
	uint32_t count;
	struct counter *next;
	struct counter_sum *sum;
	uint64_t due_ms;
	uint32_t late;
	struct vp_counter vps[];
};

void counters_init(struct counters *counters, struct driver *driver)
{
	counters->driver = driver;
	pthread_mutex_init(&counters->lock, NULL);
}

void counters_destroy(struct counters *counters)
{
	pthread_mutex_destroy(&counters->lock);
}

int counter_begin(struct counters *counters, const struct target *target,
		  struct counter **counter)
{
	uint32_t count = target_count(target);
	uint32_t vp = TARGET_NO_VP;
	struct counter *made;

	made = calloc(1, sizeof(*made) + count * sizeof(made->vps[0]));
	if (!made)
		return -ENOMEM;
	made->vector = target->vector;
	made->count = count;
	for (uint32_t i = 0; i < count; i++) {
		struct vp_counter *one = &made->vps[i];

		vp = target_next(target, vp);
		one->vp = vp;
		one->counter = made;
		one->is_known = !driver_counts(counters->driver, vp, target->vector, &one->base);
	}
	*counter = made;
	return 0;
}

static void add_since(struct driver_counts *sum, const struct driver_counts *now,
		      const struct driver_counts *base)
{
	sum->redirected += now->redirected - base->redirected;
	sum->proxied += now->proxied - base->proxied;
}

/*
 * Sets @now to the driver's count, and adds to @since what arrived since @one began.
 * Return: 0 or a negative errno.
 */
static int read_one(struct driver *driver, struct vp_counter *one, struct driver_counts *now,
		    struct driver_counts *since)
{
	int error = driver_counts(driver, one->vp, one->counter->vector, now);

	if (error)
		return error;
	if (!one->is_known) {
		one->base = *now;
		one->is_known = true;
	}
	add_since(since, now, &one->base);
	return 0;
}

/* ---- late counters; all functions are called with counters.lock held ---- */

/* Return: the place in the bucket where the late counter is, or would be added. */
static struct vp_counter **late_find(struct counters *counters, uint32_t vp, uint32_t vector)
{
	struct vp_counter **at = &counters->late[(vp * 256 + vector) * 2654435761u >> 22];

	while (*at && ((*at)->vp != vp || (*at)->counter->vector != vector))
		at = &(*at)->next;
	return at;
}

static void late_free(struct counter *counter)
{
	struct counter **at = &counter->sum->late;

	while (*at != counter)
		at = &(*at)->next;
	*at = counter->next;
	free(counter);
}

/* Add what arrived up to @now to the sum. The last VP frees the counter. */
static void late_settle(struct counters *counters, struct vp_counter *one,
			const struct driver_counts *now)
{
	struct counter *counter = one->counter;

	add_since(&counter->sum->counts, now, &one->base);
	*late_find(counters, one->vp, counter->vector) = one->next;
	one->is_late = false;
	if (!--counter->late)
		late_free(counter);
}

static void late_add(struct counters *counters, struct vp_counter *one)
{
	struct vp_counter **at = late_find(counters, one->vp, one->counter->vector);

	/* Two routes left this VP and vector: their late interrupts look the same. */
	if (*at)
		return;
	one->next = NULL;
	one->is_late = true;
	*at = one;
	one->counter->late++;
}

/* Read all late VPs of a counter; settle them if no interrupt can arrive any more. */
static int late_read(struct counters *counters, struct counter *counter,
		     struct driver_counts *counts)
{
	bool is_due = system_now_ms() >= counter->due_ms;
	uint32_t left = counter->late;
	struct driver_counts now;
	int error = 0;

	for (uint32_t i = 0; left; i++) {
		struct vp_counter *one = &counter->vps[i];
		int result;

		if (!one->is_late)
			continue;
		left--;
		result = read_one(counters->driver, one, &now, counts);
		if (result)
			error = result;
		if (is_due)
			late_settle(counters, one, result ? &one->base : &now);
	}
	return error;
}

/* Stop waiting for late interrupts. */
static void late_drop(struct counters *counters, struct counter *counter)
{
	uint32_t left = counter->late;

	for (uint32_t i = 0; left; i++) {
		struct vp_counter *one = &counter->vps[i];

		if (!one->is_late)
			continue;
		left--;
		late_settle(counters, one, &one->base);
	}
}

/* ---- counters of any kind ---- */

void counter_claim(struct counters *counters, struct counter *counter)
{
	pthread_mutex_lock(&counters->lock);
	for (uint32_t i = 0; counter && i < counter->count; i++) {
		struct vp_counter *late = *late_find(counters, counter->vps[i].vp, counter->vector);

		if (late && counter->vps[i].is_known)
			late_settle(counters, late, &counter->vps[i].base);
	}
	pthread_mutex_unlock(&counters->lock);
}

/* No such VP, or a driver without counts: count no interrupts. */
static bool is_silence(int error)
{
	return error == -EINVAL || error == -EOPNOTSUPP;
}

int counter_read(struct counters *counters, struct counter *counter, struct counter_sum *sum,
		 struct driver_counts *counts)
{
	struct driver_counts late = { 0 };
	struct counter *one, *next;
	struct driver_counts now;
	int error = 0;

	pthread_mutex_lock(&counters->lock);
	*counts = sum->counts;
	for (one = sum->late; one && !error; one = next) {
		next = one->next;
		error = late_read(counters, one, &late);
		error = is_silence(error) ? 0 : error;
	}
	pthread_mutex_unlock(&counters->lock);
	counts->redirected += late.redirected;
	counts->proxied += late.proxied;

	for (uint32_t i = 0; counter && i < counter->count && !error; i++) {
		error = read_one(counters->driver, &counter->vps[i], &now, counts);
		error = is_silence(error) ? 0 : error;
	}
	return error;
}

static int compare(const void *key, const void *element)
{
	const struct vp_counter *one = key, *other = element;

	return (one->vp > other->vp) - (one->vp < other->vp);
}

/* Return: whether the successor counts the same VP and vector. */
static bool hand_over(struct counter *successor, const struct vp_counter *one,
		      const struct driver_counts *now)
{
	struct vp_counter *same;

	if (!successor || successor->vector != one->counter->vector)
		return false;
	same = bsearch(one, successor->vps, successor->count, sizeof(successor->vps[0]), compare);
	if (!same)
		return false;
	same->base = *now;
	same->is_known = true;
	return true;
}

/* Called with counters.lock held. */
static void end_one(struct counters *counters, struct vp_counter *one, struct counter *successor,
		    bool is_late, struct driver_counts *counts)
{
	struct driver_counts now;
	bool is_known = !read_one(counters->driver, one, &now, counts);

	if (hand_over(successor, one, is_known ? &now : &one->base) || !is_known || !is_late)
		return;
	one->base = now;
	late_add(counters, one);
}

void counter_end(struct counters *counters, struct counter *counter, struct counter *successor,
		 bool is_late, struct counter_sum *sum)
{
	if (!counter)
		return;
	pthread_mutex_lock(&counters->lock);
	for (uint32_t i = 0; i < counter->count; i++)
		end_one(counters, &counter->vps[i], successor, is_late, &sum->counts);
	if (counter->late) {
		counter->due_ms = system_now_ms() + FILTER_LINGER_MS;
		counter->sum = sum;
		counter->next = sum->late;
		sum->late = counter;
	} else {
		free(counter);
	}
	pthread_mutex_unlock(&counters->lock);
}

void counter_sum_drop(struct counters *counters, struct counter_sum *sum)
{
	struct counter *one, *next;

	pthread_mutex_lock(&counters->lock);
	for (one = sum->late; one; one = next) {
		next = one->next;
		late_drop(counters, one);
	}
	pthread_mutex_unlock(&counters->lock);
}
