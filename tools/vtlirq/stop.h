/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef VTLIRQ_STOP_H
#define VTLIRQ_STOP_H

#include "base.h"

#define NANOSECONDS_PER_SECOND	1000000000ULL
#define NANOSECONDS_PER_MS	1000000ULL
#define NEVER			U64_MAX

u64 clock_now(void);
void stop_prepare(void);
int stop_wait_until(u64 deadline);
const char *stop_name(int number);
u64 hold_until(u64 hold_ms);

/* What stop_wait_input() returns instead of a signal. */
#define STOP_INPUT	(-1)

int stop_wait_input(u64 deadline, int fd);

#endif /* VTLIRQ_STOP_H */
