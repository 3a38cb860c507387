/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Spinlocks. The hypervisor's interrupts are off anyway.
 */
#ifndef _HYPERVISOR_SHIM_SPINLOCK_H
#define _HYPERVISOR_SHIM_SPINLOCK_H

#include "base/lock.h"

#define DEFINE_RAW_SPINLOCK(name) struct lock name

#define raw_spin_lock_irqsave(lock, flags) \
	do { \
		(flags) = 0; \
		lock_take(lock); \
	} while (0)

#define raw_spin_unlock_irqrestore(lock, flags) \
	do { \
		(void)(flags); \
		lock_drop(lock); \
	} while (0)

#endif /* _HYPERVISOR_SHIM_SPINLOCK_H */
