// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Watches: see watch.h.
 */
#include <errno.h>
#include <stdlib.h>

#include "watch.h"

/**
 * struct watched - a pair
 * @is_known: @base is; else the driver could not tell yet
 */
struct watched {
	uint32_t vp;
	bool is_known;
	struct driver_counts base;
};

/**
 * struct watch - all pairs of a way, in the order of their VPs
 */
struct watch {
	uint32_t vector;
	uint32_t count;
	struct watched pairs[];
};

int watch_begin(struct driver *driver, const struct aim *aim, struct watch **watch)
{
	uint32_t count = aim_count(aim);
	uint32_t vp = AIM_NO_VP;
	struct watch *made;

	made = calloc(1, sizeof(*made) + count * sizeof(made->pairs[0]));
	if (!made)
		return -ENOMEM;
	made->vector = aim->vector;
	made->count = count;
	for (uint32_t i = 0; i < count; i++) {
		struct watched *pair = &made->pairs[i];

		vp = aim_next(aim, vp);
		pair->vp = vp;
		pair->is_known = !driver_counts(driver, vp, aim->vector, &pair->base);
	}
	*watch = made;
	return 0;
}

/* Return: 0, with what has come to the pair in @now and @since; or a negative errno. */
static int read_pair(struct driver *driver, uint32_t vector, struct watched *pair,
		     struct driver_counts *now, struct driver_counts *since)
{
	int error = driver_counts(driver, pair->vp, vector, now);

	if (error)
		return error;
	if (!pair->is_known) {
		pair->base = *now;
		pair->is_known = true;
	}
	since->redirected += now->redirected - pair->base.redirected;
	since->proxied += now->proxied - pair->base.proxied;
	return 0;
}

int watch_read(struct driver *driver, struct watch *watch, struct driver_counts *sum)
{
	struct driver_counts now;
	int error;

	for (uint32_t i = 0; watch && i < watch->count; i++) {
		error = read_pair(driver, watch->vector, &watch->pairs[i], &now, sum);
		/* A VP that is not there, or a driver that does not tell: nothing came. */
		if (error && error != -EINVAL && error != -EOPNOTSUPP)
			return error;
	}
	return 0;
}

static int compare(const void *key, const void *element)
{
	const struct watched *one = key, *other = element;

	return (one->vp > other->vp) - (one->vp < other->vp);
}

static void hand_over(struct watch *heir, uint32_t vector, struct watched *pair,
		      const struct driver_counts *now)
{
	struct watched *same;

	if (!heir || heir->vector != vector)
		return;
	same = bsearch(pair, heir->pairs, heir->count, sizeof(heir->pairs[0]), compare);
	if (!same)
		return;
	same->base = *now;
	same->is_known = true;
}

void watch_end(struct driver *driver, struct watch *watch, struct watch *heir,
	       struct driver_counts *sum)
{
	struct driver_counts now;

	for (uint32_t i = 0; watch && i < watch->count; i++) {
		struct watched *pair = &watch->pairs[i];

		if (!read_pair(driver, watch->vector, pair, &now, sum))
			hand_over(heir, watch->vector, pair, &now);
		else
			hand_over(heir, watch->vector, pair, &pair->base);
	}
	free(watch);
}
