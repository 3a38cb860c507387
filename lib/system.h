/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * System calls with the library's conventions: they return a negative errno on failure, and
 * are repeated after EINTR.
 */
#ifndef VTLIRQ_SYSTEM_H
#define VTLIRQ_SYSTEM_H

#include <stdint.h>

/* ioctl(). */
int system_ioctl(int file, unsigned long request, void *argument);
/* open() for reading and writing, with O_CLOEXEC. */
int system_open(const char *path);
/* Time since some moment in the past. */
uint64_t system_now_ms(void);
uint64_t system_now_ns(void);
/* Wait for the whole time, also if signals arrive. */
void system_pause_us(uint32_t microseconds);
/* A number that a guest cannot guess. */
uint64_t system_random(void);

#endif /* VTLIRQ_SYSTEM_H */
