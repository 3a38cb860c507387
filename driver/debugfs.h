/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What an operator sees of the driver; see debugfs.c.
 */
#ifndef _MSHV_VTL_DEBUGFS_H
#define _MSHV_VTL_DEBUGFS_H

/**
 * vtl_debugfs_init() - make the files
 *
 * Cannot fail: without debugfs the driver works as well.
 * Context: module init; may sleep.
 */
void vtl_debugfs_init(void);

/**
 * vtl_debugfs_exit() - remove the files, and wait for whoever reads them
 *
 * Context: module exit; may sleep.
 */
void vtl_debugfs_exit(void);

#endif /* _MSHV_VTL_DEBUGFS_H */
