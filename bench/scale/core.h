/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The driver's portable core, as far as the bench sets it up and calls it. All
 * code behind it lies in the section core_text.
 */
#ifndef _BENCH_SCALE_CORE_H
#define _BENCH_SCALE_CORE_H

#include "shim.h"

/* The kernel's. That of the shim lets a test in, at more than the cost of the rest. */
static inline void core_atomic_or(int mask, atomic_t *v)
{
	__atomic_fetch_or(&v->counter, mask, __ATOMIC_RELAXED);
}

#define atomic_or core_atomic_or
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
