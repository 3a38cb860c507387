/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One of each for every CPU: an array.
 */
#ifndef _HYPERVISOR_SHIM_PERCPU_H
#define _HYPERVISOR_SHIM_PERCPU_H

#include <linux/smp.h>

#define DECLARE_PER_CPU(type, name) extern type name[]
#define __this_cpu_read(name)       ((name)[shim_cpu()])

#endif /* _HYPERVISOR_SHIM_PERCPU_H */
