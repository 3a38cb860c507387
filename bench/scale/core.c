// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Contains the driver's redirect.c, and gives access to its static functions and data. Both
 * are in one file, so that the Makefile can put them into a section of their own.
 */
#include "core.h"
#include "redirect.c"

void core_quota_set(int vectors)
{
	vectors_per_cpu = vectors;
}

struct redirect_mapping *core_mapping(unsigned int cpu, u32 vector)
{
	return redirect_tables[cpu]->by_vector[vector];
}

void core_relay(struct redirect_mapping *mapping)
{
	vtl_redirect_relay(mapping);
}

void core_empty(void)
{
}

void core_quarantine_look(void)
{
	quarantine_expire(&quarantine_work.work);
}

size_t core_table_size(void)
{
	return sizeof(struct redirect_table);
}
