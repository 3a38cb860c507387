/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * /dev/vtlirq_lab_host: the way in for user space.
 */
#ifndef _HYPERVISOR_L1_BOARD_NODE_H
#define _HYPERVISOR_L1_BOARD_NODE_H

int lab_node_register(void);
void lab_node_unregister(void);

#endif /* _HYPERVISOR_L1_BOARD_NODE_H */
