/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the programs of the demo share, and the parts of the one with Linux.
 */
#ifndef _LAB_DEMO_DEMO_H
#define _LAB_DEMO_DEMO_H

#include <stdbool.h>
#include <stdint.h>

struct vmm;

/* ---- common.c: arguments, time-outs, counters and errors ---- */

/**
 * demo_arguments() - parse the command line
 * @argc:    argc of main()
 * @argv:    argv of main()
 * @usual:   the default number of interrupts
 * @purpose: a description of the program for --help
 *
 * Ends the program after --help or a wrong argument.
 *
 * Return: how many interrupts to raise, 1 to 100000000.
 */
unsigned long demo_arguments(int argc, char **argv, unsigned long usual, const char *purpose);

/**
 * struct demo_patience - a time-out, counted from the last progress
 * @since: the time of the last progress in ms; 0 before the first check
 * @checks: how often the time-out was checked since then
 */
struct demo_patience {
	long since;
	unsigned long checks;
};

/* Restart the time-out, because there was progress. */
void demo_patience_renew(struct demo_patience *patience);

/*
 * Return false after some seconds without progress, if there were also many checks in that time:
 * a VM that was merely paused has not lost an interrupt.
 */
bool demo_patience_lasts(struct demo_patience *patience);

/**
 * demo_vps_sum() - read a counter of the driver, summed over all VPs
 * @name: the name of a column in the driver's debugfs file "vps"
 *
 * Return: the sum; 0 if there is no such column.
 */
uint64_t demo_vps_sum(const char *name);

/* Set whether the lab's host offers redirection from now on. */
void demo_host_behave(bool redirects);

/* Print an error message on standard error, and end the program with status 1. */
void demo_give_up(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

/*
 * ---- disk.c: the NVMe disk that is passed through to a Linux in VTL0 ----
 *
 * And the costs of its interrupts.
 */

/**
 * struct disk_counters - counters of VTL2 and of the host
 * @relayed:    interrupts of the disk that the driver has relayed
 * @merged:     those of @relayed whose vector was already pending
 * @host_exits: interrupts of the disk that went to the host
 * @returns:    how often a VP's thread returned to user space
 */
struct disk_counters {
	uint64_t relayed;
	uint64_t merged;
	uint64_t host_exits;
	uint64_t returns;
};

/**
 * disk_find() - find the disk of this machine; ends the program if there is none
 *
 * Return: bus << 8 | device << 3 | function.
 */
uint16_t disk_find(void);

/**
 * disk_counters_read() - read the counters; ends the program if they cannot be read
 * @vm:       the VMM whose guest has the disk, and no other device
 * @vps:      the guest's number of VPs
 * @disk:     the disk, from disk_find()
 * @counters: filled in with the counters
 */
void disk_counters_read(struct vmm *vm, unsigned int vps, uint16_t disk,
			struct disk_counters *counters);

/* Subtract @before from the counters. */
void disk_counters_subtract(struct disk_counters *counters, const struct disk_counters *before);

/*
 * ---- table.c: the demo's last table ----
 *
 * It compares what Debian in VTL0 did in this run with what the bench measured earlier natively
 * and under KVM.
 */

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

#endif /* _LAB_DEMO_DEMO_H */
