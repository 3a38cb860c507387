/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The device node of the driver; see files.c.
 */
#ifndef _MSHV_VTL_FILES_H
#define _MSHV_VTL_FILES_H

/**
 * vtl_files_init() - create /dev/mshv
 *
 * All other nodes must exist, and everything be ready, since user space can open it at once.
 * Context: module init; may sleep.
 * Return: 0 or a negative errno.
 */
int vtl_files_init(void);

/**
 * vtl_files_exit() - remove /dev/mshv
 *
 * No file is open, since an open file prevents unloading the module.
 * Context: module exit; may sleep.
 */
void vtl_files_exit(void);

#endif /* _MSHV_VTL_FILES_H */
