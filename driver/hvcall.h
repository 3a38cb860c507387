/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hypercalls of the VMM; see hvcall.c.
 */
#ifndef _MSHV_VTL_HVCALL_H
#define _MSHV_VTL_HVCALL_H

/**
 * vtl_hvcall_init() - create /dev/mshv_hvcall
 *
 * It can be opened when vtl_nodes_init() has created all nodes.
 * Context: module init; may sleep.
 * Return: 0 or a negative errno.
 */
int vtl_hvcall_init(void);

/**
 * vtl_hvcall_exit() - remove /dev/mshv_hvcall
 *
 * No file is open, since an open file prevents unloading the module.
 * Context: module exit; may sleep.
 */
void vtl_hvcall_exit(void);

#endif /* _MSHV_VTL_HVCALL_H */
