/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The timer's place; the timer is apic/timer.c's.
 */
#ifndef _HYPERVISOR_SHIM_HRTIMER_H
#define _HYPERVISOR_SHIM_HRTIMER_H

struct hrtimer {
	int unused;
};

#endif /* _HYPERVISOR_SHIM_HRTIMER_H */
