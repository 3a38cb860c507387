/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Files that end a VP's run when they become readable; see poll.c.
 */
#ifndef _MSHV_VTL_POLL_H
#define _MSHV_VTL_POLL_H

#include <linux/types.h>

/**
 * poll_set() - let a file cancel a VP's run
 * @owner:   who asks; see poll_drop()
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
int poll_set(const void *owner, const void *process, u32 cpu, u32 fd);

/**
 * poll_drop() - forget the files that an owner has set
 * @owner:   as it was given to poll_set()
 * @process: likewise: only what was set for it; NULL: all
 *
 * Context: may sleep.
 */
void poll_drop(const void *owner, const void *process);

/**
 * poll_init() - get ready
 *
 * Context: module init; may sleep.
 * Return: 0 or -ENOMEM.
 */
int poll_init(void);

/**
 * poll_exit() - undo poll_init(); no file is set any more
 *
 * Context: module exit; may sleep.
 */
void poll_exit(void);

#endif /* _MSHV_VTL_POLL_H */
