/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Calls to the host for the VMM; see hvcall.c.
 */
#ifndef _MSHV_VTL_HVCALL_H
#define _MSHV_VTL_HVCALL_H

/**
 * vtl_hvcall_init() - make /dev/mshv_hvcall
 *
 * It can be opened at once.
 * Context: module init; may sleep.
 * Return: 0 or a negative errno.
 */
int vtl_hvcall_init(void);

/**
 * vtl_hvcall_exit() - remove /dev/mshv_hvcall
 *
 * The module cannot be unloaded while a file is open, so none is.
 * Context: module exit; may sleep.
 */
void vtl_hvcall_exit(void);

#endif /* _MSHV_VTL_HVCALL_H */
