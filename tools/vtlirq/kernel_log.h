/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef VTLIRQ_KERNEL_LOG_H
#define VTLIRQ_KERNEL_LOG_H

int kernel_log_count(const char *text, unsigned int *count);

#endif /* VTLIRQ_KERNEL_LOG_H */
