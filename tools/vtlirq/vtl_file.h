/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef VTLIRQ_VTL_FILE_H
#define VTLIRQ_VTL_FILE_H

#include <linux/mshv_vtl.h>
#include <stdbool.h>

#include "problem.h"

int vtl_node_open(struct problem *problem);
int vtl_check_extension(int node, unsigned int capability);
bool vtl_node_is_known(int node);
bool vtl_node_is_ours(int node);
int vtl_file_create(int node, struct problem *problem);
int vtl_file_open(struct problem *problem);
int vtl_map(int file, unsigned int proxy_vector, unsigned int apic_id);
int vtl_unmap(int file, unsigned int hardware_vector, unsigned int apic_id);
int vtl_vp_interrupts(int file, struct mshv_vp_interrupts *asked);
int vtl_run_page(int file, unsigned int vp, struct mshv_vtl_run **run,
		 struct problem *problem);

#endif /* VTLIRQ_VTL_FILE_H */
