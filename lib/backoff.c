// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Backoff: see context.h.
 */
#include <string.h>

#include "context.h"

#define WAIT_GROWTH_MAX	64

void backoff_init(struct backoff *backoff, uint32_t first_ms)
{
	pthread_mutex_init(&backoff->lock, NULL);
	backoff->first_ms = first_ms;
	backoff->seed = system_random();
}

void backoff_destroy(struct backoff *backoff)
{
	pthread_mutex_destroy(&backoff->lock);
}

/* A hash function: each bit of the id and the seed affects each bit of the result. */
static struct backoff_entry *set_of(struct backoff *backoff, uint64_t device_id)
{
	uint64_t mixed = device_id ^ backoff->seed;

	for (int i = 0; i < 2; i++) {
		mixed ^= mixed >> 32;
		mixed *= 0xd6e8feb86659fd93ULL;
		mixed += backoff->seed;
	}
	return backoff->entries[mixed >> 56];
}

static struct backoff_entry *find(struct backoff *backoff, uint64_t device_id)
{
	struct backoff_entry *set = set_of(backoff, device_id);

	for (int i = 0; i < BACKOFF_SET_SIZE; i++) {
		if (set[i].until_ms && set[i].device_id == device_id)
			return &set[i];
	}
	return NULL;
}

/* Return: a free entry, or the one whose wait ends first; for this device now. */
static struct backoff_entry *make_room(struct backoff *backoff, uint64_t device_id)
{
	struct backoff_entry *set = set_of(backoff, device_id);
	struct backoff_entry *room = &set[0];

	for (int i = 1; i < BACKOFF_SET_SIZE; i++) {
		if (set[i].until_ms < room->until_ms)
			room = &set[i];
	}
	memset(room, 0, sizeof(*room));
	room->device_id = device_id;
	return room;
}

bool backoff_is_waiting(struct backoff *backoff, uint64_t device_id, uint32_t *status)
{
	struct backoff_entry *entry;
	bool wait;

	pthread_mutex_lock(&backoff->lock);
	entry = find(backoff, device_id);
	wait = entry && system_now_ms() < entry->until_ms;
	if (wait)
		*status = entry->status;
	pthread_mutex_unlock(&backoff->lock);
	return wait;
}

bool backoff_was_refused(struct backoff *backoff, uint64_t device_id)
{
	bool is_known;

	pthread_mutex_lock(&backoff->lock);
	is_known = find(backoff, device_id);
	pthread_mutex_unlock(&backoff->lock);
	return is_known;
}

/* If several threads are refused at the same time, the wait grows only once. */
static void extend(struct backoff *backoff, struct backoff_entry *entry, uint64_t now)
{
	if (now < entry->until_ms)
		return;
	if (!entry->wait_ms)
		entry->wait_ms = backoff->first_ms;
	else if (entry->wait_ms < backoff->first_ms * WAIT_GROWTH_MAX)
		entry->wait_ms *= 2;
	entry->until_ms = now + entry->wait_ms;
}

void backoff_refused(struct backoff *backoff, uint64_t device_id, uint32_t status)
{
	uint64_t now = system_now_ms();
	struct backoff_entry *entry;

	pthread_mutex_lock(&backoff->lock);
	entry = find(backoff, device_id);
	if (!entry)
		entry = make_room(backoff, device_id);
	entry->status = status;
	extend(backoff, entry, now);
	pthread_mutex_unlock(&backoff->lock);
}

void backoff_accepted(struct backoff *backoff, uint64_t device_id)
{
	struct backoff_entry *entry;

	pthread_mutex_lock(&backoff->lock);
	entry = find(backoff, device_id);
	if (entry)
		memset(entry, 0, sizeof(*entry));
	pthread_mutex_unlock(&backoff->lock);
}
