/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef VTLIRQ_MACHINE_H
#define VTLIRQ_MACHINE_H

#include <stdbool.h>

/* Of the words that a CPU has for its hypervisor, with the zero at the end. */
#define HYPERVISOR_NAME_SIZE	13

bool kernel_is_supported(const char *release);
bool cpu_has_flag(const char *flag);
void hypervisor_name(char name[HYPERVISOR_NAME_SIZE]);

#endif /* VTLIRQ_MACHINE_H */
