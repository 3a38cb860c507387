/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the demos share: arguments, time, counters, and how they give up.
 */
#ifndef _LAB_DEMO_COMMON_H
#define _LAB_DEMO_COMMON_H

#include <stdbool.h>
#include <stdint.h>

/**
 * demo_arguments() - the command line
 * @argc:    of main()
 * @argv:    of main()
 * @usual:   how many interrupts, unless an option says so
 * @purpose: for --help
 *
 * Ends the program after --help or a wrong argument.
 *
 * Return: how many interrupts, 1 to 100000000.
 */
unsigned long demo_arguments(int argc, char **argv, unsigned long usual, const char *purpose);

/**
 * struct demo_patience - for how long there was no progress
 * @since: time of the last progress, in ms; 0: not begun
 * @turns: how often it was asked since then
 */
struct demo_patience {
	long since;
	unsigned long turns;
};

/* There was progress. */
void demo_patience_renew(struct demo_patience *patience);

/*
 * False after seconds without progress, if it was asked often in that time: a VM that
 * was paused meanwhile has not lost an interrupt.
 */
bool demo_patience_lasts(struct demo_patience *patience);

/**
 * demo_vps_sum() - a counter of the driver's, summed over all VPs
 * @name: of a column of its debugfs file "vps"
 *
 * Return: the sum; 0 if there is no such column.
 */
uint64_t demo_vps_sum(const char *name);

/* Whether the lab's host redirects from now on. */
void demo_host_behave(bool redirects);

/* Says why on standard error, and ends the program with status 1. */
void demo_give_up(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

#endif /* _LAB_DEMO_COMMON_H */
