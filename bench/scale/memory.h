/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the core has asked of the kernel's allocators. It is a sum: what is given
 * back does not count.
 */
#ifndef _BENCH_SCALE_MEMORY_H
#define _BENCH_SCALE_MEMORY_H

#include <stddef.h>

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

#endif /* _BENCH_SCALE_MEMORY_H */
