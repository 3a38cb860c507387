/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef VTLIRQ_CPU_H
#define VTLIRQ_CPU_H

#include <stddef.h>

#include "number.h"
#include "problem.h"
#include "types.h"

/**
 * struct cpu_id - an online CPU
 * @cpu: Linux's number of it
 * @apic_id: its APIC id, or IDENTIFIER_UNKNOWN (-1)
 */
struct cpu_id {
	unsigned int cpu;
	s64 apic_id;
};

/**
 * struct cpu_ids - all online CPUs
 * @count: how many
 * @ids: the CPUs, in the kernel's order
 */
struct cpu_ids {
	size_t count;
	struct cpu_id *ids;
};

int cpu_ids_read(struct cpu_ids *ids, struct problem *problem);
void cpu_ids_free(struct cpu_ids *ids);
int cpu_find(const struct cpu_ids *ids, unsigned int cpu, struct cpu_id *found,
	     struct problem *problem);
int cpu_find_apic_id(const struct cpu_ids *ids, u64 apic_id, struct cpu_id *found,
		     struct problem *problem);
struct number_list cpu_numbers(const struct cpu_ids *ids);

#endif /* VTLIRQ_CPU_H */
