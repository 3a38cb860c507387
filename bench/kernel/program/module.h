/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The two modules, as the bench uses them: its own, and the driver.
 */
#ifndef _BENCH_MODULE_H
#define _BENCH_MODULE_H

#include <stdint.h>

#include "../bench_abi.h"

/**
 * bench_open() - open the bench's node
 *
 * As all functions here but vtl_map(), dies with a message if that cannot be.
 *
 * Return: the file descriptor.
 */
int bench_open(void);

/**
 * bench_route() - say who takes the device's interrupt
 * @bench:   from bench_open()
 * @kind:    BENCH_ROUTE_*
 * @vector:  of BENCH_ROUTE_VECTOR
 * @eventfd: of BENCH_ROUTE_EVENTFD
 */
void bench_route(int bench, unsigned int kind, unsigned int vector, int eventfd);

/**
 * bench_sample() - sample from kernel code
 * @bench: from bench_open()
 * @ticks: out
 * @count: how many
 * @value: what is written to the raise register
 */
void bench_sample(int bench, int64_t *ticks, unsigned int count, unsigned int value);

/**
 * bench_count() - what the route's own handler has taken
 * @bench: from bench_open()
 *
 * Return: so many interrupts since the route was set.
 */
uint64_t bench_count(int bench);

/**
 * bench_watch_start() - count what the slab allocators hand out
 * @bench: from bench_open()
 * @who:   BENCH_WATCH_*: to whom
 */
void bench_watch_start(int bench, unsigned int who);

/**
 * bench_watch_stop() - stop counting
 * @bench: from bench_open()
 *
 * Return: what was counted.
 */
struct bench_watch bench_watch_stop(int bench);

/**
 * vtl_open() - make a VTL file
 *
 * Return: its file descriptor.
 */
int vtl_open(void);

/**
 * vtl_map() - map on VP 0
 * @vtl:          from vtl_open()
 * @proxy_vector: of VTL0
 *
 * Return: the hardware vector, or a negative errno.
 */
int vtl_map(int vtl, unsigned int proxy_vector);

/**
 * driver_relayed() - what the driver has relayed of mapped vectors
 *
 * Return: so many interrupts since it was loaded.
 */
uint64_t driver_relayed(void);

/**
 * driver_parameter() - set a parameter of the driver
 * @name:  which
 * @value: to what
 *
 * Return: the value before.
 */
long driver_parameter(const char *name, long value);

#endif /* _BENCH_MODULE_H */
