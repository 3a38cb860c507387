/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Locks between CPUs. The hypervisor runs with interrupts off, so no interrupt handler takes
 * a lock; neither does the NMI handler.
 */
#ifndef _HYPERVISOR_LOCK_H
#define _HYPERVISOR_LOCK_H

#include <linux/types.h>

/** struct lock - held by one CPU at a time; all zero is free */
struct lock {
	u32 held;
};

static inline void lock_take(struct lock *lock)
{
	while (__atomic_exchange_n(&lock->held, 1, __ATOMIC_ACQUIRE))
		__builtin_ia32_pause();
}

static inline void lock_drop(struct lock *lock)
{
	__atomic_store_n(&lock->held, 0, __ATOMIC_RELEASE);
}

#endif /* _HYPERVISOR_LOCK_H */
