// SPDX-License-Identifier: GPL-2.0-only
/*
 * The map of the machine's memory. Owns: its arithmetic. Portable.
 */
#include "base/base.h"
#include "boot/boot.h"

bool map_add(struct map *map, u64 base, u64 size, u32 type)
{
	if (!size)
		return true;
	if (map->count == MAP_RANGES_MAX)
		return false;
	map->ranges[map->count++] = (struct map_range){ base, size, type };
	return true;
}

static struct map_range *find(struct map *map, u64 base, u64 size)
{
	u32 i;

	for (i = 0; i < map->count; i++) {
		struct map_range *range = &map->ranges[i];

		if (base >= range->base && size <= range->size &&
		    base - range->base <= range->size - size)
			return range;
	}
	return NULL;
}

/* The parts before and after are added at the end: the order does not matter. */
bool map_set(struct map *map, u64 base, u64 size, u32 type)
{
	struct map_range *range = find(map, base, size);
	struct map_range old;

	if (!range || map->count + 2 > MAP_RANGES_MAX)
		return false;
	old = *range;
	*range = (struct map_range){ base, size, type };
	map_add(map, old.base, base - old.base, old.type);
	map_add(map, base + size, old.base + old.size - base - size, old.type);
	return true;
}

u64 map_top(const struct map *map, u64 limit)
{
	u64 top = 0;
	u32 i;

	for (i = 0; i < map->count; i++) {
		u64 end = map->ranges[i].base + map->ranges[i].size;

		if (map->ranges[i].type == MAP_MEMORY && end <= limit && end > top)
			top = end;
	}
	return top;
}

u64 map_take_top(struct map *map, u64 limit, u64 size, u64 align, u32 type)
{
	u64 top = map_top(map, limit), base;

	if (top < size)
		return 0;
	base = ALIGN_DOWN(top - size, align);
	return map_set(map, base, top - base, type) ? base : 0;
}
