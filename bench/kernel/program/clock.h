/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The clock, and system calls with nothing around them.
 *
 * Under QEMU's -icount shift=0 with one CPU the time-stamp counter counts
 * instructions; clock_check() makes sure of it.
 */
#ifndef _BENCH_CLOCK_H
#define _BENCH_CLOCK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/syscall.h>

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

#endif /* _BENCH_CLOCK_H */
