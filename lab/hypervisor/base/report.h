/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What happened so far, into the log.
 */
#ifndef _HYPERVISOR_REPORT_H
#define _HYPERVISOR_REPORT_H

/**
 * report_counters() - write the counters of all CPUs
 *
 * Context: any CPU, at any time.
 */
void report_counters(void);

#endif /* _HYPERVISOR_REPORT_H */
