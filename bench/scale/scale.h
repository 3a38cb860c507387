/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The parts of the bench of the portable core, one section for each file.
 */
#ifndef _BENCH_SCALE_SCALE_H
#define _BENCH_SCALE_SCALE_H

#include <stddef.h>
#include <stdint.h>

/* ---- count.c ---- */

/*
 * Instructions counted one by one, by the processor's single-step trap: exact,
 * and the same each time, on any x86 machine and in any VM. Costs some
 * microseconds for each.
 */

/**
 * struct count - what ran between count_start() and count_stop()
 * @core:  instructions of the driver's core
 * @other: of the rest: C library, emulated architecture, and the caller's own
 */
struct count {
	unsigned long core;
	unsigned long other;
};

/* Once, before all others. */
void count_init(void);

void count_start(void);
struct count count_stop(void);

/* ---- memory.c ---- */

/*
 * What the core has asked of the kernel's allocators. It is a sum: what is given
 * back does not count.
 */

/**
 * struct memory - bytes
 * @asked: as the core has asked
 * @taken: as the kernel's allocators round it up
 */
struct memory {
	size_t asked;
	size_t taken;
};

extern struct memory memory;

/* What kmalloc() takes for @size bytes. */
size_t memory_of(size_t size);

/* ---- report.c ---- */

/*
 * The lines that the bench prints. Knows nothing of what was measured.
 */

#define SAMPLES_MAX 1024

/**
 * struct samples - of one operation
 * @number: how many
 * @work:   how often each did what a line is about
 * @core:   instructions of the driver's core in each
 * @other:  and of the rest, for the remark
 */
struct samples {
	size_t number;
	unsigned int work;
	int64_t core[SAMPLES_MAX];
	int64_t other[SAMPLES_MAX];
};

/* One more; it did @work times what a line is about, as all others of @samples. */
void samples_add(struct samples *samples, struct count count, unsigned int work);

/* The first one's, or once they are reported the least: for one of its @work. */
double samples_first(const struct samples *samples);

/* "@operation, @mappings": a line, and a remark. */
void report_samples(const char *operation, unsigned long mappings, struct samples *samples,
		    const struct count *empty);
void report_value(const char *operation, unsigned long mappings, const char *unit, size_t value);

#endif /* _BENCH_SCALE_SCALE_H */
