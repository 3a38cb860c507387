/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * /dev/vtlirq_lab_host: the way in for user space.
 */
#ifndef _LAB_HOST_NODE_H
#define _LAB_HOST_NODE_H

int lab_node_register(void);
void lab_node_unregister(void);

#endif /* _LAB_HOST_NODE_H */
