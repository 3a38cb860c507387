/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The parts of the program, one section for each file.
 */
#ifndef _BENCH_PROGRAM_H
#define _BENCH_PROGRAM_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/syscall.h>

#include "../bench_abi.h"

/* ---- clock.c ---- */

/*
 * The clock, and system calls with nothing around them.
 *
 * Under QEMU's -icount shift=0 with one CPU the time-stamp counter counts
 * instructions; clock_check() makes sure of it.
 */

/* Ordered against what is before and after it, as the kernel's is. */
static inline uint64_t clock_read(void)
{
	uint32_t low, high;

	__asm__ volatile("lfence\n\trdtsc\n\tlfence" : "=a"(low), "=d"(high) : : "memory");
	return (uint64_t)high << 32 | low;
}

/* Without the C library: its own instructions are not the driver's. */
static inline long raw_ioctl(int fd, unsigned long command, const void *argument)
{
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"((long)SYS_ioctl), "D"((long)fd), "S"(command), "d"(argument)
			 : "rcx", "r11", "memory");
	return result;
}

/* Find out what a tick is, and say so in a remark. Return: whether it is an instruction. */
bool clock_check(void);

/* ---- module.c: the bench's own module and the driver ----
 *
 * All functions but vtl_map() end the program with a message if they fail.
 */

/* Open the node of the bench's module: a file descriptor. */
int bench_open(void);

/*
 * Choose who handles the device's interrupt, a BENCH_ROUTE_*; @vector is for
 * BENCH_ROUTE_VECTOR, @eventfd for BENCH_ROUTE_EVENTFD.
 */
void bench_route(int bench, unsigned int kind, unsigned int vector, int eventfd);

/* Take @count samples from kernel code, which writes @value to the raise register. */
void bench_sample(int bench, int64_t *ticks, unsigned int count, unsigned int value);

/* Number of interrupts that the route's own handler has taken since bench_route(). */
uint64_t bench_count(int bench);

/* Count what the slab allocators give to @who, a BENCH_WATCH_*, from start to stop. */
void bench_watch_start(int bench, unsigned int who);
struct bench_watch bench_watch_stop(int bench);

/* Create a VTL file: a file descriptor. */
int vtl_open(void);

/* Map on VP 0: the hardware vector, or a negative errno. */
int vtl_map(int vtl, unsigned int proxy_vector);

/* Number of interrupts of mapped vectors that the driver has relayed since it was loaded. */
uint64_t driver_relayed(void);

/* Set a parameter of the driver: the previous value. */
long driver_parameter(const char *name, long value);

/* ---- relay.c, map.c, memory.c: the groups of measurements ---- */

/* Of each measurement. */
#define SAMPLES	2000

/* What one interrupt costs the code that it interrupts, with the driver; @name names it. */
void relay_driver(const char *name);

/* The same with the designs that the driver is compared with. */
void relay_others(void);

/* What it costs to map and to unmap. */
void map_all(void);

/* Load the driver from @file, and count what it allocates. */
void memory_all(const char *file);

#endif /* _BENCH_PROGRAM_H */
