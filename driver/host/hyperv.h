/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Shared by hyperv.c and hyperv_synic.c.
 */
#ifndef _MSHV_VTL_HOST_HYPERV_H
#define _MSHV_VTL_HOST_HYPERV_H

/* The page size of Hyper-V. */
#define HYPERV_PAGE_SIZE	4096

/**
 * vtl_hyperv_pages_alloc() - allocate two adjacent pages that the host can read and write
 *
 * Context: may sleep.
 * Return: the pages, zeroed; or ERR_PTR(): -ENOMEM, or another error if they cannot be
 * shared with the host.
 */
void *vtl_hyperv_pages_alloc(void);

/**
 * vtl_hyperv_pages_free() - undo vtl_hyperv_pages_alloc()
 * @pages: the pages, or NULL. The host must not use them any more.
 *
 * Context: may sleep.
 */
void vtl_hyperv_pages_free(void *pages);

#endif /* _MSHV_VTL_HOST_HYPERV_H */
