/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Numbers out of samples, and the lines of the report. Knows nothing of what was
 * measured.
 */
#ifndef BENCH_SAMPLES_H
#define BENCH_SAMPLES_H

#include <stddef.h>
#include <stdint.h>

/**
 * samples_median() - the median of a set
 * @values:      of the set; they are sorted in place
 * @count:       how many
 *
 * Return: the median, the lower one of two.
 */
int64_t samples_median(int64_t *values, size_t count);

/**
 * samples_report() - print one line of the report, of instructions
 * @name:        of what was measured
 * @values:      of the samples; the empty one is taken off, and they are sorted
 * @count:       how many
 * @empty:       the cost of an empty sample
 */
void samples_report(const char *name, int64_t *values, size_t count, int64_t empty);

/**
 * samples_report_rate() - print one line of the report, of events per interrupt
 * @name:        of what was counted
 * @events:      how many there were
 * @interrupts:  during so many interrupts
 */
void samples_report_rate(const char *name, uint64_t events, size_t interrupts);

#endif
