// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Filters: see context.h.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "context.h"

/**
 * struct filter - the filter of one VP and vector
 * @next:    next in its bucket
 * @lock:    held while the filter is opened or closed
 * @users:   holders, threads that wait to hold it, and its place in filters.queue;
 *           protected by filters.lock
 * @holders: while there is one, the filter is open; protected by @lock
 * @is_open: protected by @lock
 * @open_until_ms: messages may arrive until this time; protected by @lock
 * @is_queued: it is in filters.queue; protected by @lock
 * @due_ms:  when to check it again; protected by filters.lock
 * @queue_next: next in filters.queue; protected by filters.lock
 */
struct filter {
	struct filter *next;
	pthread_mutex_t lock;
	uint32_t vp;
	uint32_t vector;
	uint32_t users;
	uint32_t holders;
	bool is_open;
	uint64_t open_until_ms;
	bool is_queued;
	uint64_t due_ms;
	struct filter *queue_next;
};

void filters_init(struct filters *filters, const struct vtlirq_config *config)
{
	pthread_mutex_init(&filters->lock, NULL);
	filters->allow = config->allow;
	filters->forbid = config->forbid;
	filters->context = config->context;
	filters->queue_end = &filters->queue;
}

/* Return: the place in the bucket where the filter is, or would be added. */
static struct filter **find(struct filters *filters, uint32_t vp, uint32_t vector)
{
	struct filter **at = &filters->buckets[(vp * 256 + vector) * 2654435761u >> 22];

	while (*at && ((*at)->vp != vp || (*at)->vector != vector))
		at = &(*at)->next;
	return at;
}

static struct filter *make(uint32_t vp, uint32_t vector)
{
	struct filter *filter = calloc(1, sizeof(*filter));

	if (!filter)
		return NULL;
	pthread_mutex_init(&filter->lock, NULL);
	filter->vp = vp;
	filter->vector = vector;
	return filter;
}

static struct filter *use(struct filters *filters, uint32_t vp, uint32_t vector)
{
	struct filter **at;
	struct filter *filter;

	pthread_mutex_lock(&filters->lock);
	at = find(filters, vp, vector);
	if (!*at)
		*at = make(vp, vector);
	filter = *at;
	if (filter)
		filter->users++;
	pthread_mutex_unlock(&filters->lock);
	return filter;
}

static void unuse(struct filters *filters, struct filter *filter)
{
	struct filter **at;

	pthread_mutex_lock(&filters->lock);
	if (--filter->users) {
		pthread_mutex_unlock(&filters->lock);
		return;
	}
	at = find(filters, filter->vp, filter->vector);
	*at = filter->next;
	pthread_mutex_unlock(&filters->lock);
	pthread_mutex_destroy(&filter->lock);
	free(filter);
}

static int hold(struct filters *filters, uint32_t vp, uint32_t vector)
{
	struct filter *filter = use(filters, vp, vector);
	int error = 0;

	if (!filter)
		return -ENOMEM;
	pthread_mutex_lock(&filter->lock);
	if (!filter->is_open && filters->allow)
		error = filters->allow(filters->context, vp, vector);
	if (!error) {
		filter->is_open = true;
		filter->holders++;
	}
	pthread_mutex_unlock(&filter->lock);
	if (error)
		unuse(filters, filter);
	return error;
}

/* Called with the lock of the filter held. */
static void close_filter(struct filters *filters, struct filter *filter)
{
	if (filters->forbid)
		filters->forbid(filters->context, filter->vp, filter->vector);
	filter->is_open = false;
}

/* Look at it again when messages cannot arrive any more. Called with its lock held. */
static void queue(struct filters *filters, struct filter *filter)
{
	filter->is_queued = true;
	pthread_mutex_lock(&filters->lock);
	filter->due_ms = filter->open_until_ms;
	filter->queue_next = NULL;
	*filters->queue_end = filter;
	filters->queue_end = &filter->queue_next;
	filter->users++;
	pthread_mutex_unlock(&filters->lock);
}

/* Return: the first filter that is due, with its place in the queue as a user; or NULL. */
static struct filter *unqueue(struct filters *filters, uint64_t now)
{
	struct filter *filter;

	pthread_mutex_lock(&filters->lock);
	filter = filters->queue;
	if (filter && filter->due_ms <= now) {
		filters->queue = filter->queue_next;
		if (!filters->queue)
			filters->queue_end = &filters->queue;
	} else {
		filter = NULL;
	}
	pthread_mutex_unlock(&filters->lock);
	return filter;
}

/* Close the filters that are due. The queue is in order: all stay in it equally long. */
static void expire(struct filters *filters, uint64_t now)
{
	struct filter *filter;

	while ((filter = unqueue(filters, now))) {
		pthread_mutex_lock(&filter->lock);
		filter->is_queued = false;
		if (!filter->holders && now < filter->open_until_ms)
			queue(filters, filter);
		else if (!filter->holders && filter->is_open)
			close_filter(filters, filter);
		pthread_mutex_unlock(&filter->lock);
		unuse(filters, filter);
	}
}

void filters_destroy(struct filters *filters)
{
	expire(filters, UINT64_MAX);
	/* A filter that is still held stays open: interrupts may arrive there. */
	for (size_t i = 0; i < FILTER_BUCKETS; i++) {
		while (filters->buckets[i]) {
			struct filter *filter = filters->buckets[i];

			filters->buckets[i] = filter->next;
			pthread_mutex_destroy(&filter->lock);
			free(filter);
		}
	}
	pthread_mutex_destroy(&filters->lock);
}

static void release(struct filters *filters, uint32_t vp, uint32_t vector, bool proxied)
{
	uint64_t now = system_now_ms();
	struct filter *filter;

	pthread_mutex_lock(&filters->lock);
	filter = *find(filters, vp, vector);
	pthread_mutex_unlock(&filters->lock);
	pthread_mutex_lock(&filter->lock);
	if (proxied)
		filter->open_until_ms = now + FILTER_LINGER_MS;
	if (!--filter->holders) {
		if (now >= filter->open_until_ms)
			close_filter(filters, filter);
		else if (!filter->is_queued)
			queue(filters, filter);
	}
	pthread_mutex_unlock(&filter->lock);
	unuse(filters, filter);
}

void filters_expire(struct filters *filters)
{
	expire(filters, system_now_ms());
}

int filters_hold(struct filters *filters, const struct target *target)
{
	uint32_t vp, undo;
	int error;

	filters_expire(filters);
	target_for_each_vp(vp, target) {
		error = hold(filters, vp, target->vector);
		if (error)
			goto unwind;
	}
	return 0;
unwind:
	target_for_each_vp(undo, target) {
		if (undo == vp)
			break;
		release(filters, undo, target->vector, false);
	}
	return error;
}

void filters_release(struct filters *filters, const struct target *target, bool proxied)
{
	uint32_t vp;

	target_for_each_vp(vp, target)
		release(filters, vp, target->vector, proxied);
}
