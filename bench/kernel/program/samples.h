/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Samples, what is said of them, and the lines that say it.
 *
 * Owns: the form of the output, one JSON object a line. Must not know what was
 * measured.
 */
#ifndef _BENCH_SAMPLES_H
#define _BENCH_SAMPLES_H

#include <stddef.h>
#include <stdint.h>

#define SAMPLES	2000

/**
 * samples_median() - the median, by nearest rank: one of the samples
 * @ticks: the samples; they are sorted
 * @count: how many
 *
 * Return: it.
 */
uint64_t samples_median(uint64_t *ticks, size_t count);

/**
 * samples_print() - print a measurement
 * @group: its group
 * @name:  its name
 * @ticks: the samples; they are sorted
 * @count: how many
 * @empty: what is subtracted from each
 */
void samples_print(const char *group, const char *name, uint64_t *ticks, size_t count,
		   uint64_t empty);

/**
 * value_print() - print a single value
 * @group: its group
 * @name:  its name
 * @unit:  of what
 * @count: how many it was taken from
 * @value: the value
 */
void value_print(const char *group, const char *name, const char *unit, size_t count,
		 double value);

/**
 * remark() - print a remark
 * @format: as printf()
 */
void remark(const char *format, ...) __attribute__((format(printf, 1, 2)));

/**
 * die() - say why there is no measurement, and end the program
 * @format: as printf()
 */
void die(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

#endif /* _BENCH_SAMPLES_H */
