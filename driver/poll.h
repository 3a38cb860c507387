/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Files that end a VP's run when they become readable; see poll.c.
 */
#ifndef _MSHV_VTL_POLL_H
#define _MSHV_VTL_POLL_H

#include <linux/types.h>

/**
 * vtl_poll_set() - set a file that cancels a VP's run
 * @owner:   the owner, for vtl_poll_drop()
 * @process: identifies the process, for vtl_poll_drop()
 * @cpu:     the VP; untrusted
 * @fd:      a file descriptor of the caller; untrusted
 *
 * Replaces the file that was set for the VP before.
 *
 * Context: may sleep.
 * Return: 0; -EINVAL if there is no such VP or its CPU is offline; -EBADFD;
 * -EPERM if the file cannot be polled; -ENOMEM.
 */
int vtl_poll_set(const void *owner, const void *process, u32 cpu, u32 fd);

/**
 * vtl_poll_drop() - drop the files that an owner has set
 * @owner:   as for vtl_poll_set()
 * @process: as for vtl_poll_set(): only files of this process; NULL: all files
 *
 * Context: may sleep.
 */
void vtl_poll_drop(const void *owner, const void *process);

/**
 * vtl_poll_init() - allocate the table of files
 *
 * Context: module init; may sleep.
 * Return: 0 or -ENOMEM.
 */
int vtl_poll_init(void);

/**
 * vtl_poll_exit() - undo vtl_poll_init(); all files have been dropped
 *
 * Context: module exit; may sleep.
 */
void vtl_poll_exit(void);

#endif /* _MSHV_VTL_POLL_H */
