/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Instructions counted one by one, by the processor's single-step trap: exact,
 * and the same each time, on any x86 machine and in any VM. Costs some
 * microseconds for each.
 */
#ifndef _BENCH_SCALE_COUNT_H
#define _BENCH_SCALE_COUNT_H

/**
 * struct count - what ran between count_start() and count_stop()
 * @core:  instructions of the driver's core
 * @other: of the rest: C library, paper architecture, and the caller's own
 */
struct count {
	unsigned long core;
	unsigned long other;
};

/* Once, before all others. */
void count_init(void);

void count_start(void);
struct count count_stop(void);

#endif /* _BENCH_SCALE_COUNT_H */
