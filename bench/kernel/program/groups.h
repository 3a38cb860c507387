/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The groups of measurements.
 */
#ifndef _BENCH_GROUPS_H
#define _BENCH_GROUPS_H

/* Of each measurement. */
#define SAMPLES	2000

/**
 * relay_driver() - what one interrupt takes from what it interrupts
 * @name: under which the driver's figures go
 */
void relay_driver(const char *name);

/**
 * relay_others() - the same in the designs that the driver is compared with
 */
void relay_others(void);

/**
 * map_all() - what it costs to map and to unmap
 */
void map_all(void);

/**
 * memory_all() - load the driver, and tell what it allocates
 * @file: the driver
 */
void memory_all(const char *file);

#endif /* _BENCH_GROUPS_H */
