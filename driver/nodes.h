/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The driver's nodes under /dev, together; see nodes.c.
 */
#ifndef _MSHV_VTL_NODES_H
#define _MSHV_VTL_NODES_H

/**
 * vtl_nodes_init() - create all nodes, and allow user space to open them
 *
 * Everything else must be ready. After a failure, no node exists, and none was opened.
 * Context: module init; may sleep.
 * Return: 0, -EEXIST if another driver has one of the names, or another negative errno.
 */
int vtl_nodes_init(void);

/**
 * vtl_nodes_exit() - remove all nodes
 *
 * No file is open, since an open file prevents unloading the module.
 * Context: module exit; may sleep.
 */
void vtl_nodes_exit(void);

/**
 * vtl_nodes_allow() - allow user space to open all nodes
 *
 * Called by vtl_nodes_init(), and by the open function of the last node, which may be earlier.
 * Context: any.
 */
void vtl_nodes_allow(void);

/**
 * vtl_nodes_check() - whether a node may be opened
 *
 * Called first in the open function of each node but the last.
 * Context: any.
 * Return: 0, or -ENODEV if not all nodes exist yet.
 */
int vtl_nodes_check(void);

#endif /* _MSHV_VTL_NODES_H */
