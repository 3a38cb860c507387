/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the kernel has allocated: memory, descriptors, vectors. Every leak shows here.
 */
#ifndef _TESTS_SOAK_MEASURE_H
#define _TESTS_SOAK_MEASURE_H

#include <stdint.h>

#include "../harness/lab.h"

/**
 * struct measure - the figures at a quiet moment
 * @available:  kB of available memory (MemAvailable)
 * @slab:       kB in objects of the slab allocator that are in use, over all caches
 * @files:      open files of the system
 * @fds:        open files of this process
 * @descriptors: interrupt descriptors of the kernel (/sys/kernel/irq)
 * @rows:       lines of /proc/interrupts
 * @vectors:    by CPU: how many hardware vectors can be allocated there
 */
struct measure {
	int64_t available;
	int64_t slab;
	int64_t files;
	int64_t fds;
	int64_t descriptors;
	int64_t rows;
	int64_t vectors[CPUS_MAX];
};

/* Waits until everything that is being freed has been freed, and measures. */
struct measure measure_take(void);

/* Measure a single figure without waiting, in kB. */
int64_t measure_available(void);
int64_t measure_slab(void);

#endif /* _TESTS_SOAK_MEASURE_H */
