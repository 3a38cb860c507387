/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * CPUs.
 */
#ifndef _HYPERVISOR_SHIM_SMP_H
#define _HYPERVISOR_SHIM_SMP_H

#include <linux/types.h>

u32 shim_cpu(void);
u32 shim_cpus(void);

#define smp_processor_id()  shim_cpu()
#define num_online_cpus()   shim_cpus()
#define num_possible_cpus() shim_cpus()

#endif /* _HYPERVISOR_SHIM_SMP_H */
