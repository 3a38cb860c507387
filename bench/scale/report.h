/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The lines that the bench prints. Knows nothing of what was measured.
 */
#ifndef _BENCH_SCALE_REPORT_H
#define _BENCH_SCALE_REPORT_H

#include <stddef.h>

#include "count.h"

#define SAMPLES_MAX 1024

/**
 * struct samples - of one operation
 * @number: how many
 * @core:   instructions of the driver's core in each
 * @other:  and of the rest, for the remark
 */
struct samples {
	size_t number;
	double core[SAMPLES_MAX];
	double other[SAMPLES_MAX];
};

/* One more; it did @work times what a sample is about. */
void samples_add(struct samples *samples, struct count count, unsigned int work);

/* "@operation, @mappings": a line, and a remark. */
void report_samples(const char *operation, unsigned long mappings, struct samples *samples,
		    const struct count *empty);
void report_value(const char *operation, unsigned long mappings, const char *unit, size_t value);

#endif /* _BENCH_SCALE_REPORT_H */
