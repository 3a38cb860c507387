// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Refusals: see refusal.h.
 */
#include <string.h>

#include "refusal.h"
#include "system.h"

#define WAIT_GROWTH_MAX	64

void refusals_init(struct refusals *refusals, uint32_t first_ms)
{
	pthread_mutex_init(&refusals->lock, NULL);
	refusals->first_ms = first_ms;
	refusals->seed = system_random();
}

void refusals_destroy(struct refusals *refusals)
{
	pthread_mutex_destroy(&refusals->lock);
}

/* A mixing function: each bit of the id and the seed moves each bit of the result. */
static struct refusal *set_of(struct refusals *refusals, uint64_t device_id)
{
	uint64_t mixed = device_id ^ refusals->seed;

	for (int i = 0; i < 2; i++) {
		mixed ^= mixed >> 32;
		mixed *= 0xd6e8feb86659fd93ULL;
		mixed += refusals->seed;
	}
	return refusals->entries[mixed >> 56];
}

static struct refusal *find(struct refusals *refusals, uint64_t device_id)
{
	struct refusal *set = set_of(refusals, device_id);

	for (int i = 0; i < REFUSAL_WAYS; i++) {
		if (set[i].until_ms && set[i].device_id == device_id)
			return &set[i];
	}
	return NULL;
}

/* The entry that is free, or whose wait ends first. */
static struct refusal *make_room(struct refusals *refusals, uint64_t device_id)
{
	struct refusal *set = set_of(refusals, device_id);
	struct refusal *room = &set[0];

	for (int i = 1; i < REFUSAL_WAYS; i++) {
		if (set[i].until_ms < room->until_ms)
			room = &set[i];
	}
	memset(room, 0, sizeof(*room));
	room->device_id = device_id;
	return room;
}

bool refusals_hold_off(struct refusals *refusals, uint64_t device_id, uint32_t *status)
{
	struct refusal *entry;
	bool wait;

	pthread_mutex_lock(&refusals->lock);
	entry = find(refusals, device_id);
	wait = entry && system_now_ms() < entry->until_ms;
	if (wait)
		*status = entry->status;
	pthread_mutex_unlock(&refusals->lock);
	return wait;
}

bool refusals_know(struct refusals *refusals, uint64_t device_id)
{
	bool is_known;

	pthread_mutex_lock(&refusals->lock);
	is_known = find(refusals, device_id);
	pthread_mutex_unlock(&refusals->lock);
	return is_known;
}

/* Several threads may be refused at a time: that is one refusal. */
static void extend(struct refusals *refusals, struct refusal *entry, uint64_t now)
{
	if (now < entry->until_ms)
		return;
	if (!entry->wait_ms)
		entry->wait_ms = refusals->first_ms;
	else if (entry->wait_ms < refusals->first_ms * WAIT_GROWTH_MAX)
		entry->wait_ms *= 2;
	entry->until_ms = now + entry->wait_ms;
}

void refusals_add(struct refusals *refusals, uint64_t device_id, uint32_t status)
{
	uint64_t now = system_now_ms();
	struct refusal *entry;

	pthread_mutex_lock(&refusals->lock);
	entry = find(refusals, device_id);
	if (!entry)
		entry = make_room(refusals, device_id);
	entry->status = status;
	extend(refusals, entry, now);
	pthread_mutex_unlock(&refusals->lock);
}

void refusals_clear(struct refusals *refusals, uint64_t device_id)
{
	struct refusal *entry;

	pthread_mutex_lock(&refusals->lock);
	entry = find(refusals, device_id);
	if (entry)
		memset(entry, 0, sizeof(*entry));
	pthread_mutex_unlock(&refusals->lock);
}
