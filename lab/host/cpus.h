/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is to be done when CPUs come and go.
 */
#ifndef _LAB_HOST_CPUS_H
#define _LAB_HOST_CPUS_H

int lab_cpus_start(void);
void lab_cpus_stop(void);

#endif /* _LAB_HOST_CPUS_H */
