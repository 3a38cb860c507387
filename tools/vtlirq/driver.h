/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef VTLIRQ_DRIVER_H
#define VTLIRQ_DRIVER_H

#include <linux/mshv_vtl.h>
#include <stdbool.h>

#include "base.h"

int driver_open_node(struct problem *problem);
int driver_capability(int node, unsigned int capability);
bool driver_is_known(int node);
bool driver_is_ours(int node);
int driver_create_file(int node, struct problem *problem);
int driver_open_file(struct problem *problem);
int driver_map(int file, unsigned int proxy_vector, unsigned int apic_id);
int driver_unmap(int file, unsigned int hardware_vector, unsigned int apic_id);
int driver_vp_interrupts(int file, struct mshv_vp_interrupts *asked);

#endif /* VTLIRQ_DRIVER_H */
