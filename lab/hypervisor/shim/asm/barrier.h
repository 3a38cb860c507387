/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _HYPERVISOR_SHIM_BARRIER_H
#define _HYPERVISOR_SHIM_BARRIER_H

#define smp_mb()                       __atomic_thread_fence(__ATOMIC_SEQ_CST)
#define smp_load_acquire(place)        __atomic_load_n(place, __ATOMIC_ACQUIRE)
#define smp_store_release(place, value) __atomic_store_n(place, value, __ATOMIC_RELEASE)

#endif /* _HYPERVISOR_SHIM_BARRIER_H */
