/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef VTLIRQ_RUN_PAGE_H
#define VTLIRQ_RUN_PAGE_H

#include <stdbool.h>

#include <linux/mshv_vtl.h>

bool run_page_take(struct mshv_vtl_run *run, __u32 taken[MSHV_VTL_PROXY_BANKS]);
bool run_page_blocks(const struct mshv_vtl_run *run, unsigned int vector);

#endif /* VTLIRQ_RUN_PAGE_H */
