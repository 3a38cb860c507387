/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The interfaces between the files of the program, one section for each file.
 */
#ifndef _BENCH_PROGRAM_H
#define _BENCH_PROGRAM_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/syscall.h>

#include "../bench_abi.h"

/*
 * The clock, and system calls without any wrapper.
 *
 * Under QEMU's -icount shift=0 with one CPU, the time-stamp counter counts
 * instructions; main.c checks that.
 */

/* Read the clock, ordered against the code before and after it, like rdtsc_ordered(). */
static inline uint64_t clock_read(void)
{
	uint32_t low, high;

	__asm__ volatile("lfence\n\trdtsc\n\tlfence" : "=a"(low), "=d"(high) : : "memory");
	return (uint64_t)high << 32 | low;
}

/* Call ioctl without the C library, whose instructions would be counted as the driver's. */
static inline long raw_ioctl(int fd, unsigned long command, const void *argument)
{
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"((long)SYS_ioctl), "D"((long)fd), "S"(command), "d"(argument)
			 : "rcx", "r11", "memory");
	return result;
}

/* ---- module.c: the bench's own module and the driver ----
 *
 * All functions except vtl_map() end the program with a message if they fail.
 */

/* Open the node of the bench's module. Return: a file descriptor. */
int bench_open(void);

/*
 * Choose who handles the device's interrupt: @kind is a BENCH_ROUTE_*. @vector is for
 * BENCH_ROUTE_VECTOR, @eventfd for BENCH_ROUTE_EVENTFD.
 */
void bench_route(int bench, unsigned int kind, unsigned int vector, int eventfd);

/* Take @count samples of kernel code, which writes @value to the raise register. */
void bench_sample(int bench, int64_t *ticks, unsigned int count, unsigned int value);

/* Return how many interrupts the route's own handler has handled since bench_route(). */
uint64_t bench_count(int bench);

/* Count the slab allocations of @who, a BENCH_COUNT_*, between start and stop. */
void bench_allocations_start(int bench, unsigned int who);
struct bench_allocations bench_allocations_stop(int bench);

/* Create a VTL file. Return: its file descriptor. */
int vtl_open(void);

/* Map a proxy vector on VP 0. Return: the hardware vector, or a negative errno. */
int vtl_map(int vtl, unsigned int proxy_vector);

/* Return how many interrupts of mapped vectors the driver has relayed since it was loaded. */
uint64_t driver_relayed(void);

/* Set a parameter of the driver. Return: its previous value. */
long driver_parameter(const char *name, long value);

/* ---- relay.c, map.c, memory.c: the groups of measurements ---- */

/* The number of samples of each measurement. */
#define SAMPLES	2000

/* Measure what one interrupt costs the interrupted code, with the driver. @name is its name. */
void relay_driver(const char *name);

/* Measure the same with the designs that the driver is compared with. */
void relay_others(void);

/* Measure what map and unmap cost. */
void map_all(void);

/* Load the driver from @file, and count its allocations. */
void memory_all(const char *file);

#endif /* _BENCH_PROGRAM_H */
