/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * /dev/vtlirq_lab_tdx.
 */
#ifndef _LAB_TDX_NODE_H
#define _LAB_TDX_NODE_H

int node_start(void);
void node_stop(void);

#endif /* _LAB_TDX_NODE_H */
