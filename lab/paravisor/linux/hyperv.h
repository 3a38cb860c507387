/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Hyper-V's interface, as VTL0 finds it.
 */
#ifndef _LAB_PARAVISOR_LINUX_HYPERV_H
#define _LAB_PARAVISOR_LINUX_HYPERV_H

#include <stdbool.h>
#include <stdint.h>

/**
 * hyperv_cpuid() - the answer to a leaf from 0x40000000 on
 * @has_cluster_ipi: recommend the hypercall that sends an interrupt to several VPs
 * @leaf:            which
 * @words:           out: EAX, EBX, ECX, EDX
 */
void hyperv_cpuid(bool has_cluster_ipi, uint32_t leaf, uint32_t words[4]);

#endif /* _LAB_PARAVISOR_LINUX_HYPERV_H */
