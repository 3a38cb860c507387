/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Functions that the demos share: for arguments, time-outs, counters and errors.
 */
#ifndef _LAB_DEMO_COMMON_H
#define _LAB_DEMO_COMMON_H

#include <stdbool.h>
#include <stdint.h>

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

#endif /* _LAB_DEMO_COMMON_H */
