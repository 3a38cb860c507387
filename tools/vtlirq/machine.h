/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef VTLIRQ_MACHINE_H
#define VTLIRQ_MACHINE_H

#include <stdbool.h>

/* Twelve letters, by which a CPU names its hypervisor, and a zero. */
#define HYPERVISOR_NAME_SIZE	13

bool cpu_has_flag(const char *flag);
void hypervisor_name(char name[HYPERVISOR_NAME_SIZE]);
int kernel_log_count(const char *text, unsigned int *count);

#endif /* VTLIRQ_MACHINE_H */
