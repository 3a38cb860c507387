/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The map of the machine's memory, which becomes L1's.
 */
#ifndef _HYPERVISOR_BOOT_MAP_H
#define _HYPERVISOR_BOOT_MAP_H

#include <linux/types.h>

/* As E820 numbers them. */
enum map_type {
	MAP_MEMORY = 1,
	MAP_RESERVED = 2,
	MAP_ACPI = 3,
	MAP_NVS = 4,
};

/** struct map_range - a range, in the layout of Linux's boot protocol */
struct map_range {
	u64 base;
	u64 size;
	u32 type;
} __packed;

/* As many as fit into Linux's boot parameters. */
#define MAP_RANGES_MAX 128

struct map {
	struct map_range ranges[MAP_RANGES_MAX];
	u32 count;
};

/**
 * map_add() - add a range, without checking for overlaps
 * @map:  the map.
 * @base: where it begins.
 * @size: how large it is.
 * @type: what it is.
 *
 * Return: whether there was room.
 */
bool map_add(struct map *map, u64 base, u64 size, u32 type);

/**
 * map_set() - change the type of a part of a range
 * @map:  the map.
 * @base: where it begins.
 * @size: how large it is; all of it within one range.
 * @type: what it becomes.
 *
 * Return: whether there is such a range, and room.
 */
bool map_set(struct map *map, u64 base, u64 size, u32 type);

/**
 * map_top() - the end of the highest memory below a limit
 * @map:   the map.
 * @limit: the limit.
 *
 * Return: the address, or 0.
 */
u64 map_top(const struct map *map, u64 limit);

/**
 * map_take_top() - allocate memory from its top
 * @map:   the map.
 * @limit: below this.
 * @size:  how much.
 * @align: of its base.
 * @type:  what it becomes.
 *
 * Return: its base, or 0: it does not fit into the highest memory.
 */
u64 map_take_top(struct map *map, u64 limit, u64 size, u64 align, u32 type);

#endif /* _HYPERVISOR_BOOT_MAP_H */
