/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The lines that the bench prints. Knows nothing of what was measured.
 */
#ifndef _BENCH_SCALE_REPORT_H
#define _BENCH_SCALE_REPORT_H

#include <stddef.h>
#include <stdint.h>

#include "count.h"

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

#endif /* _BENCH_SCALE_REPORT_H */
