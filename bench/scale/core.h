/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The interface to the driver's portable core, as far as the bench uses it. The code of the
 * core is in the section core_text.
 */
#ifndef _BENCH_SCALE_CORE_H
#define _BENCH_SCALE_CORE_H

#include "shim.h"

/* As in the kernel. The shim's versions have hooks for tests, which would dominate the cost. */
static inline void core_atomic_or(int mask, atomic_t *v)
{
	__atomic_fetch_or(&v->counter, mask, __ATOMIC_RELAXED);
}

#ifdef __x86_64__

/* As in the kernel. The compiler's code for an atomic OR whose result is used is longer. */
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

/* Set the driver's parameter vectors_per_cpu. 0 means no limit. */
void core_quota_set(int vectors);

/* Return the mapping on a hardware vector of a CPU, or NULL if there is none. */
struct redirect_mapping *core_mapping(unsigned int cpu, u32 vector);

/* Call the hot path, and a function that does nothing. */
void core_relay(struct redirect_mapping *mapping);
void core_empty(void);

/* Do the work of the driver's worker, which runs while any vector is in quarantine. */
void core_quarantine_look(void);

/* Return the size of a CPU's table. */
size_t core_table_size(void);

#endif /* _BENCH_SCALE_CORE_H */
