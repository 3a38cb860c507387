// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Pairs: see pair.h.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "pair.h"
#include "system.h"

/**
 * struct pair - a (VP, vector) that interrupts may come to
 * @next:    in its bucket
 * @lock:    held while the filter is opened or closed
 * @users:   holders, those that wait to be, and the queue of those that linger;
 *           protected by pairs.lock
 * @holders: the filter is open while there is one; protected by @lock
 * @is_open: it is open; protected by @lock
 * @open_until_ms: messages may come until then; protected by @lock
 * @is_queued: it lingers; protected by @lock
 * @due_ms, @queue_next: of that queue; protected by pairs.lock
 */
struct pair {
	struct pair *next;
	pthread_mutex_t lock;
	uint32_t vp;
	uint32_t vector;
	uint32_t users;
	uint32_t holders;
	bool is_open;
	uint64_t open_until_ms;
	bool is_queued;
	uint64_t due_ms;
	struct pair *queue_next;
};

void pairs_init(struct pairs *pairs, const struct vtlirq_config *config)
{
	pthread_mutex_init(&pairs->lock, NULL);
	pairs->allow = config->allow;
	pairs->forbid = config->forbid;
	pairs->context = config->context;
	pairs->queue_end = &pairs->queue;
}

static void expire(struct pairs *pairs, uint64_t now);

void pairs_destroy(struct pairs *pairs)
{
	expire(pairs, UINT64_MAX);
	/* What is still held stays open: interrupts may come there. */
	for (size_t i = 0; i < PAIR_BUCKETS; i++) {
		while (pairs->buckets[i]) {
			struct pair *pair = pairs->buckets[i];

			pairs->buckets[i] = pair->next;
			pthread_mutex_destroy(&pair->lock);
			free(pair);
		}
	}
	pthread_mutex_destroy(&pairs->lock);
}

static struct pair **bucket(struct pairs *pairs, uint32_t vp, uint32_t vector)
{
	return &pairs->buckets[(vp * 256 + vector) * 2654435761u >> 22];
}

/* Where the pair is, or would be. */
static struct pair **find(struct pairs *pairs, uint32_t vp, uint32_t vector)
{
	struct pair **at = bucket(pairs, vp, vector);

	while (*at && ((*at)->vp != vp || (*at)->vector != vector))
		at = &(*at)->next;
	return at;
}

static struct pair *make(uint32_t vp, uint32_t vector)
{
	struct pair *pair = calloc(1, sizeof(*pair));

	if (!pair)
		return NULL;
	pthread_mutex_init(&pair->lock, NULL);
	pair->vp = vp;
	pair->vector = vector;
	return pair;
}

static struct pair *use(struct pairs *pairs, uint32_t vp, uint32_t vector)
{
	struct pair **at;
	struct pair *pair;

	pthread_mutex_lock(&pairs->lock);
	at = find(pairs, vp, vector);
	if (!*at)
		*at = make(vp, vector);
	pair = *at;
	if (pair)
		pair->users++;
	pthread_mutex_unlock(&pairs->lock);
	return pair;
}

static void unuse(struct pairs *pairs, struct pair *pair)
{
	struct pair **at;

	pthread_mutex_lock(&pairs->lock);
	if (--pair->users) {
		pthread_mutex_unlock(&pairs->lock);
		return;
	}
	at = find(pairs, pair->vp, pair->vector);
	*at = pair->next;
	pthread_mutex_unlock(&pairs->lock);
	pthread_mutex_destroy(&pair->lock);
	free(pair);
}

static int hold(struct pairs *pairs, uint32_t vp, uint32_t vector)
{
	struct pair *pair = use(pairs, vp, vector);
	int error = 0;

	if (!pair)
		return -ENOMEM;
	pthread_mutex_lock(&pair->lock);
	if (!pair->is_open && pairs->allow)
		error = pairs->allow(pairs->context, vp, vector);
	if (!error) {
		pair->is_open = true;
		pair->holders++;
	}
	pthread_mutex_unlock(&pair->lock);
	if (error)
		unuse(pairs, pair);
	return error;
}

/* With the pair's lock held. */
static void close_filter(struct pairs *pairs, struct pair *pair)
{
	if (pairs->forbid)
		pairs->forbid(pairs->context, pair->vp, pair->vector);
	pair->is_open = false;
}

/* It is looked at again when it is due. With the pair's lock held. */
static void queue(struct pairs *pairs, struct pair *pair)
{
	pair->is_queued = true;
	pthread_mutex_lock(&pairs->lock);
	pair->due_ms = pair->open_until_ms;
	pair->queue_next = NULL;
	*pairs->queue_end = pair;
	pairs->queue_end = &pair->queue_next;
	pair->users++;
	pthread_mutex_unlock(&pairs->lock);
}

/* The first of those that are due; the caller uses it. */
static struct pair *unqueue(struct pairs *pairs, uint64_t now)
{
	struct pair *pair;

	pthread_mutex_lock(&pairs->lock);
	pair = pairs->queue;
	if (pair && pair->due_ms <= now) {
		pairs->queue = pair->queue_next;
		if (!pairs->queue)
			pairs->queue_end = &pairs->queue;
	} else {
		pair = NULL;
	}
	pthread_mutex_unlock(&pairs->lock);
	return pair;
}

/* Closes the filters whose time is over. All in the queue wait equally long. */
static void expire(struct pairs *pairs, uint64_t now)
{
	struct pair *pair;

	while ((pair = unqueue(pairs, now))) {
		pthread_mutex_lock(&pair->lock);
		pair->is_queued = false;
		if (!pair->holders && now < pair->open_until_ms)
			queue(pairs, pair);
		else if (!pair->holders && pair->is_open)
			close_filter(pairs, pair);
		pthread_mutex_unlock(&pair->lock);
		unuse(pairs, pair);
	}
}

static void release(struct pairs *pairs, uint32_t vp, uint32_t vector, bool proxied)
{
	uint64_t now = system_now_ms();
	struct pair *pair;

	pthread_mutex_lock(&pairs->lock);
	pair = *find(pairs, vp, vector);
	pthread_mutex_unlock(&pairs->lock);
	pthread_mutex_lock(&pair->lock);
	if (proxied)
		pair->open_until_ms = now + PAIR_LINGER_MS;
	if (!--pair->holders) {
		if (now >= pair->open_until_ms)
			close_filter(pairs, pair);
		else if (!pair->is_queued)
			queue(pairs, pair);
	}
	pthread_mutex_unlock(&pair->lock);
	unuse(pairs, pair);
}

void pairs_expire(struct pairs *pairs)
{
	expire(pairs, system_now_ms());
}

int pairs_hold(struct pairs *pairs, const struct target *target)
{
	uint32_t vp, undo;
	int error;

	pairs_expire(pairs);
	target_for_each_vp(vp, target) {
		error = hold(pairs, vp, target->vector);
		if (error)
			goto unwind;
	}
	return 0;
unwind:
	target_for_each_vp(undo, target) {
		if (undo == vp)
			break;
		release(pairs, undo, target->vector, false);
	}
	return error;
}

void pairs_release(struct pairs *pairs, const struct target *target, bool proxied)
{
	uint32_t vp;

	target_for_each_vp(vp, target)
		release(pairs, vp, target->vector, proxied);
}
