/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * System calls in the library's convention: a negative errno on failure, and
 * made again after EINTR.
 */
#ifndef VTLIRQ_SYSTEM_H
#define VTLIRQ_SYSTEM_H

#include <stdint.h>

/* ioctl(). */
int system_ioctl(int file, unsigned long request, void *argument);
/* open() for reading and writing; closed by exec. */
int system_open(const char *path);
/* Time since some point in the past. */
uint64_t system_now_ms(void);
uint64_t system_now_ns(void);
/* Wait, whatever signals come. */
void system_pause_us(uint32_t microseconds);
/* A number that a guest cannot guess. */
uint64_t system_random(void);

#endif /* VTLIRQ_SYSTEM_H */
