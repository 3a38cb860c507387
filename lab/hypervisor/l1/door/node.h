/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * /dev/vtlirq_lab_tdx.
 */
#ifndef _HYPERVISOR_L1_DOOR_NODE_H
#define _HYPERVISOR_L1_DOOR_NODE_H

int node_start(void);
void node_stop(void);

#endif /* _HYPERVISOR_L1_DOOR_NODE_H */
