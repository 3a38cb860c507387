/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The parts of the Hyper-V host among themselves.
 */
#ifndef _MSHV_VTL_HOST_HYPERV_H
#define _MSHV_VTL_HOST_HYPERV_H

/* Pages as Hyper-V counts them. */
#define HYPERV_PAGE_SIZE	4096

/**
 * vtl_hyperv_pages_alloc() - two pages in a row that the host can read and write
 *
 * Context: may sleep.
 * Return: the pages, zeroed; or ERR_PTR(): -ENOMEM, or -EIO if they cannot be shared
 * with the host.
 */
void *vtl_hyperv_pages_alloc(void);

/**
 * vtl_hyperv_pages_free() - undo vtl_hyperv_pages_alloc()
 * @pages: which; or NULL. The host was told not to use them any more.
 *
 * Context: may sleep.
 */
void vtl_hyperv_pages_free(void *pages);

#endif /* _MSHV_VTL_HOST_HYPERV_H */
