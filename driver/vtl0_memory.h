/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * VTL0's memory as device memory of the kernel; see vtl0_memory.c.
 */
#ifndef _MSHV_VTL_VTL0_MEMORY_H
#define _MSHV_VTL_VTL0_MEMORY_H

#include <linux/compiler.h>
#include <linux/errno.h>

struct mshv_vtl0_memory;

#ifdef CONFIG_ZONE_DEVICE

/**
 * vtl_vtl0_memory_add() - MSHV_ADD_VTL0_MEMORY
 * @user_args: untrusted
 *
 * Context: may sleep, also for a long time.
 * Return: 0 or a negative errno, as the ioctl.
 */
long vtl_vtl0_memory_add(const struct mshv_vtl0_memory __user *user_args);

/**
 * vtl_vtl0_memory_exit() - remove all ranges
 *
 * No range is added any more. Waits until no page is in use.
 * Context: module exit; may sleep.
 */
void vtl_vtl0_memory_exit(void);

#else

static inline long vtl_vtl0_memory_add(const struct mshv_vtl0_memory __user *user_args)
{
	return -EOPNOTSUPP;
}

static inline void vtl_vtl0_memory_exit(void)
{
}

#endif /* CONFIG_ZONE_DEVICE */

#endif /* _MSHV_VTL_VTL0_MEMORY_H */
