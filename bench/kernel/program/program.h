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

/**
 * clock_check() - find out what a tick is, and say so in a remark
 *
 * Return: whether it is an instruction.
 */
bool clock_check(void);

/* ---- module.c ---- */

/*
 * The two modules, as the bench uses them: its own, and the driver.
 */

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

/* ---- groups.c ---- */

/*
 * The groups of measurements.
 */

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

#endif /* _BENCH_PROGRAM_H */
