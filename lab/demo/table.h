/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The demo's last table: it compares what Debian in VTL0 did in this run with what the bench
 * measured earlier natively and under KVM.
 */
#ifndef _LAB_DEMO_TABLE_H
#define _LAB_DEMO_TABLE_H

#include <stdint.h>

/**
 * struct table_run - one run of this demo
 * @verified:   I/Os that were written and read back
 * @ios:        I/Os in all
 * @relayed:    interrupts that the driver has relayed
 * @handled:    interrupts that the guest has handled
 * @merged:     interrupts whose vector was pending already
 * @host_exits: interrupts that went to the host
 * @returns:    returns of the VPs' threads to user space
 * @seconds:    the time from the guest's start to its end
 */
struct table_run {
	uint64_t verified;
	uint64_t ios;
	uint64_t relayed;
	uint64_t handled;
	uint64_t merged;
	uint64_t host_exits;
	uint64_t returns;
	uint64_t seconds;
};

/**
 * table_print() - print the table
 * @figures:    the path of the bench's figures (bench/linux/figures.jsonl)
 * @redirected: the run with a host that redirects
 * @proxied:    the run with a host that does not
 *
 * Ends the program if the file lacks a figure.
 */
void table_print(const char *figures, const struct table_run *redirected,
		 const struct table_run *proxied);

#endif /* _LAB_DEMO_TABLE_H */
