/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The interfaces between the files of the bench of the portable core, one section for each file.
 */
#ifndef _BENCH_SCALE_SCALE_H
#define _BENCH_SCALE_SCALE_H

#include <stddef.h>
#include <stdint.h>

/* ---- count.c: instructions ---- */

/*
 * Counts instructions one by one, by the processor's single-step trap. The counts are exact
 * and repeatable, on any x86 machine and in any VM. Each instruction takes some microseconds.
 */

/**
 * struct count - the instructions that ran between count_start() and count_stop()
 * @core:  instructions of the driver's core
 * @other: all other instructions: of the C library, the emulated architecture and the caller
 */
struct count {
	unsigned long core;
	unsigned long other;
};

/* Call this once, before the other functions. */
void count_init(void);

void count_start(void);
struct count count_stop(void);

/* ---- count.c: memory ---- */

/*
 * Counts the memory that the core has allocated from the kernel's allocators. It is a sum of all
 * allocations: freed memory is not subtracted.
 */

/**
 * struct memory - the allocated memory in bytes
 * @asked: the sizes that the core has requested
 * @taken: these sizes as rounded up by the kernel's allocators
 */
struct memory {
	size_t asked;
	size_t taken;
};

extern struct memory memory;

/* Return the memory that kmalloc() uses for @size bytes. */
size_t memory_of(size_t size);

/* ---- report.c ---- */

/*
 * Prints the bench's lines. It does not know what was measured.
 */

#define SAMPLES_MAX 1024

/**
 * struct samples - the samples of one operation
 * @number: the number of samples
 * @work:   how many operations each sample contains
 * @core:   the instructions of the driver's core in each sample
 * @other:  the other instructions in each sample, for the remark
 */
struct samples {
	size_t number;
	unsigned int work;
	int64_t core[SAMPLES_MAX];
	int64_t other[SAMPLES_MAX];
};

/* Add a sample of @work operations. @work is the same for all samples of @samples. */
void samples_add(struct samples *samples, struct count count, unsigned int work);

/*
 * Return the core's instructions per operation in the first sample, or in the smallest one
 * after report_samples(), which sorts the samples.
 */
double samples_first(const struct samples *samples);

/* Print a line with the name "@operation, @mappings"; report_samples() also prints a remark. */
void report_samples(const char *operation, unsigned long mappings, struct samples *samples,
		    const struct count *empty);
void report_value(const char *operation, unsigned long mappings, const char *unit, size_t value);

#endif /* _BENCH_SCALE_SCALE_H */
