/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Files that end a VP's run when they become readable; see poll.c.
 */
#ifndef _MSHV_VTL_POLL_H
#define _MSHV_VTL_POLL_H

#include <linux/types.h>

/**
 * vtl_poll_set() - let a file cancel a VP's run
 * @owner:   who asks; see vtl_poll_drop()
 * @process: and for which process: anything that tells processes apart
 * @cpu:     the VP; untrusted
 * @fd:      a file descriptor of the caller; untrusted
 *
 * Replaces the file that was set for that VP before.
 *
 * Context: may sleep.
 * Return: 0; -EINVAL if there is no such VP or its CPU is offline; -EBADFD;
 * -EPERM if the file cannot be polled; -ENOMEM.
 */
int vtl_poll_set(const void *owner, const void *process, u32 cpu, u32 fd);

/**
 * vtl_poll_drop() - forget the files that an owner has set
 * @owner:   as it was given to vtl_poll_set()
 * @process: likewise: only what was set for it; NULL: all
 *
 * Context: may sleep.
 */
void vtl_poll_drop(const void *owner, const void *process);

/**
 * vtl_poll_init() - get ready
 *
 * Context: module init; may sleep.
 * Return: 0 or -ENOMEM.
 */
int vtl_poll_init(void);

/**
 * vtl_poll_exit() - undo vtl_poll_init(); no file is set any more
 *
 * Context: module exit; may sleep.
 */
void vtl_poll_exit(void);

#endif /* _MSHV_VTL_POLL_H */
