/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The host's part of /dev/vtlirq_lab_host, by the side door.
 */
#ifndef _HYPERVISOR_L1_FORWARD_H
#define _HYPERVISOR_L1_FORWARD_H

/**
 * forward_start() - have a page for each CPU's calls
 *
 * Return: 0, or -ENOMEM.
 */
int forward_start(void);

/**
 * forward_stop() - undo forward_start(); nobody calls any more
 */
void forward_stop(void);

#endif /* _HYPERVISOR_L1_FORWARD_H */
