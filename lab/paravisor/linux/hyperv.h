/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Hyper-V's interface, as VTL0 finds it.
 */
#ifndef _LAB_PARAVISOR_LINUX_HYPERV_H
#define _LAB_PARAVISOR_LINUX_HYPERV_H

#include <stdint.h>

/* The answer to a leaf from 0x40000000 on: EAX, EBX, ECX, EDX. */
void hyperv_cpuid(uint32_t leaf, uint32_t words[4]);

#endif /* _LAB_PARAVISOR_LINUX_HYPERV_H */
