/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Access of the VMM to VTL0's memory; see vtl_low.c.
 */
#ifndef _MSHV_VTL_LOW_H
#define _MSHV_VTL_LOW_H

/**
 * vtl_low_init() - create /dev/mshv_vtl_low
 *
 * It can be opened when vtl_nodes_init() has created all nodes.
 * Context: module init; may sleep.
 * Return: 0 or a negative errno.
 */
int vtl_low_init(void);

/**
 * vtl_low_exit() - remove /dev/mshv_vtl_low
 *
 * The module cannot be unloaded while a file or a mapping of it exists.
 * Context: module exit; may sleep.
 */
void vtl_low_exit(void);

#endif /* _MSHV_VTL_LOW_H */
