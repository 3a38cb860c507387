/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Statistics for operators; see debugfs.c.
 */
#ifndef _MSHV_VTL_DEBUGFS_H
#define _MSHV_VTL_DEBUGFS_H

/**
 * vtl_debugfs_init() - create the files
 *
 * Cannot fail: the driver also works without debugfs.
 * Context: module init; may sleep.
 */
void vtl_debugfs_init(void);

/**
 * vtl_debugfs_exit() - remove the files, and wait until no task reads them
 *
 * Context: module exit; may sleep.
 */
void vtl_debugfs_exit(void);

#endif /* _MSHV_VTL_DEBUGFS_H */
