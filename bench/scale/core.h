/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The driver's portable core, as far as the bench sets it up and calls it. All
 * code behind it lies in the section core_text.
 */
#ifndef _BENCH_SCALE_CORE_H
#define _BENCH_SCALE_CORE_H

#include "shim.h"

/* The kernel's. Those of the shim let a test in, at more than the cost of the rest. */
static inline void core_atomic_or(int mask, atomic_t *v)
{
	__atomic_fetch_or(&v->counter, mask, __ATOMIC_RELAXED);
}

#ifdef __x86_64__

/* As the kernel's is there; what the compiler makes of an OR whose result is used is longer. */
static inline bool core_test_and_set_bit(unsigned long bit, unsigned long *bitmap)
{
	bool was_set;

	__asm__ volatile("lock btsq %2, %1" : "=@ccc"(was_set), "+m"(*bitmap) : "r"(bit)
			 : "memory");
	return was_set;
}

#else

static inline bool core_test_and_set_bit(unsigned long bit, unsigned long *bitmap)
{
	u32 mask = 1U << bit % 32;

	return __atomic_fetch_or((u32 *)bitmap + bit / 32, mask, __ATOMIC_RELAXED) & mask;
}

#endif

#define atomic_or core_atomic_or
#define test_and_set_bit core_test_and_set_bit
#include "redirect.h"

/* The driver's parameter vectors_per_cpu; 0: no limit. */
void core_quota_set(int vectors);

/* The mapping on a hardware vector of a CPU; NULL if there is none. */
struct redirect_mapping *core_mapping(unsigned int cpu, u32 vector);

/* A call of the hot path, and one of a function that does nothing. */
void core_relay(struct redirect_mapping *mapping);
void core_empty(void);

/* What the driver's worker does while any vector is in quarantine. */
void core_quarantine_look(void);

/* Of one CPU's table. */
size_t core_table_size(void);

#endif /* _BENCH_SCALE_CORE_H */
