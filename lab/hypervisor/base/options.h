/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The options of the command line. Constant once L1 runs.
 */
#ifndef _HYPERVISOR_OPTIONS_H
#define _HYPERVISOR_OPTIONS_H

#include <linux/types.h>

#define OPTIONS_LINE_MAX 2048

/**
 * struct options - the words before " -- "
 * @td:      L1 is a trust domain ("td")
 * @hyperv:  its host is Hyper-V ("hyperv"), otherwise KVM, by its CPUID signature
 * @l2_vms:  how many L2 VMs L1 may have ("l2-vms=N"; 1 by default)
 * @trace:   log unusual calls ("trace")
 * @linux_line: what follows " -- ": L1's own command line
 *
 * "clock=stopped" is clock_is_stopped, "clock=l2-stopped" is clock_of_l2_is_stopped.
 */
struct options {
	bool td;
	bool hyperv;
	u32 l2_vms;
	bool trace;
	char linux_line[OPTIONS_LINE_MAX];
};

extern struct options options;

/**
 * options_read() - read the command line
 * @line: as the boot loader gives it.
 */
void options_read(const char *line);

#endif /* _HYPERVISOR_OPTIONS_H */
